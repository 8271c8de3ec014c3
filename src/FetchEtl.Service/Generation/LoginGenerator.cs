using System.Globalization;
using System.Text.Json.Nodes;

namespace FetchEtl.Service;

/// <summary>
/// Generates login messages with the quirks of real ones: versions of two and three parts with leading zeros, null
/// locales, device ids with leading zeros, ips of every kind, and repeated ips and devices. The same seed gives the
/// same messages.
/// </summary>
/// <param name="seed">Determines every message.</param>
/// <param name="invalidShare">The share of invalid messages, 0 to 1.</param>
internal sealed class LoginGenerator(int seed, double invalidShare = 0)
{
    private const int PoolSize = 50;
    private const double RepeatShare = 0.25;
    private const double NullLocaleShare = 0.29;

    private static readonly string[] Locales =
    [
        "BR", "CA", "CN", "CO", "CZ", "DE", "ES", "FR", "GB", "GR", "ID", "IE", "IT", "JP", "KE", "MX",
        "NG", "NL", "NO", "PE", "PH", "PL", "PT", "RS", "RU", "SE", "TH", "UA", "US", "VN", "YE", "ZA",
    ];

    private readonly Random _random = new(seed);
    private readonly List<string> _ips = [];
    private readonly List<string> _devices = [];

    /// <summary>Generates the next <paramref name="count"/> message bodies.</summary>
    public IEnumerable<string> Take(int count)
    {
        for (var i = 0; i < count; i++)
        {
            yield return _random.NextDouble() < invalidShare ? Invalid() : Login().ToJsonString();
        }
    }

    /// <summary>Generates a body that is valid JSON but not a login.</summary>
    public string NotALogin() =>
        new JsonObject
        {
            ["event"] = "heartbeat",
            ["sequence"] = _random.Next(1000).ToString(CultureInfo.InvariantCulture),
        }.ToJsonString();

    private JsonObject Login() => new()
    {
        ["user_id"] = UserId(),
        ["app_version"] = Version(),
        ["device_type"] = _random.Next(2) == 0 ? "ios" : "android",
        ["ip"] = Repeating(_ips, Ip),
        ["locale"] = _random.NextDouble() < NullLocaleShare ? null : Locales[_random.Next(Locales.Length)],
        ["device_id"] = Repeating(_devices, Device),
    };

    private string Invalid()
    {
        var login = Login();
        switch (_random.Next(8))
        {
            case 0:
                return NotALogin();
            case 1:
                login.Remove("device_id");
                break;
            case 2:
                login["user_id"] = string.Empty;
                break;
            case 3:
                login["app_version"] = "latest";
                break;
            case 4:
                login["app_version"] = 2.3;
                break;
            case 5:
                login["locale"] = new string('x', 33);
                break;
            case 6:
                login["device_type"] = "io\0s";
                break;
            default:
                return login.ToJsonString()[..^1];
        }

        return login.ToJsonString();
    }

    private string UserId()
    {
        var bytes = new byte[16];
        _random.NextBytes(bytes);
        return new Guid(bytes).ToString();
    }

    private string Version()
    {
        var major = _random.Next(10);
        return _random.Next(100) < 55
            ? string.Create(CultureInfo.InvariantCulture, $"{major}.{_random.Next(100):00}")
            : string.Create(CultureInfo.InvariantCulture, $"{major}.{_random.Next(10)}.{_random.Next(10)}");
    }

    private string Ip() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{_random.Next(1, 256)}.{_random.Next(256)}.{_random.Next(256)}.{_random.Next(256)}");

    private string Device() => string.Create(
        CultureInfo.InvariantCulture, $"{_random.Next(1000):000}-{_random.Next(100):00}-{_random.Next(10_000):0000}");

    private string Repeating(List<string> pool, Func<string> create)
    {
        if (pool.Count > 0 && _random.NextDouble() < RepeatShare)
        {
            return pool[_random.Next(pool.Count)];
        }

        var value = create();
        if (pool.Count < PoolSize)
        {
            pool.Add(value);
        }

        return value;
    }
}
