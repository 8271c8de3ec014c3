using System.Text.Json.Nodes;
using FetchEtl.Logins;
using FetchEtl.Masking;

namespace FetchEtl.Benchmarks;

/// <summary>
/// The messages of a run by number. The seed fixes them, so they are generated on every access and none is stored.
/// Every personal value contains a canary. Each message has a user of its own, ips and devices repeat, and a few
/// messages are invalid in different ways.
/// </summary>
internal sealed class CanaryLogins(int seed, IPiiMasker masker)
{
    private const double InvalidShare = 0.03;
    private const int Depth = 1000;
    private const int Devices = 5000;

    private static readonly string[] Locales = ["BR", "CZ", "DE", "FR", "ID", "JP", "PL", "US"];

    /// <summary>Generates the message with a number, 0 or more.</summary>
    public CanaryLogin this[int number]
    {
        get
        {
            // The multiplication spreads the seeds: neighbouring numbers must not draw similar values.
            var random = new Random(unchecked((seed * 397) ^ (number * (int)0x9E3779B1)));
            var isValid = random.NextDouble() >= InvalidShare;
            var row = (
                UserId: UserId(number),
                DeviceType: random.Next(2) == 0 ? "ios" : "android",
                Ip: Ip(random),
                DeviceId: DeviceId(random));
            var version = $"{random.Next(20)}.{random.Next(100)}.{random.Next(100)}";
            var locale = random.NextDouble() < 0.29 ? null : Locales[random.Next(Locales.Length)];
            var body = new JsonObject
            {
                ["user_id"] = row.UserId,
                ["app_version"] = version,
                ["device_type"] = row.DeviceType,
                ["ip"] = row.Ip,
                ["locale"] = locale,
                ["device_id"] = row.DeviceId,
                ["note"] = $"{Canaries.Body}{number}",
            };
            if (!isValid)
            {
                return new CanaryLogin(MakeInvalid(body, random), Row: null);
            }

            _ = AppVersion.TryEncode(version, AppVersionEncoding.Ordered, out var code);
            return new CanaryLogin(body.ToJsonString(), new LoginRow(
                masker.Mask(PiiField.UserId, new PersonalText(row.UserId))!,
                row.DeviceType,
                masker.Mask(PiiField.Ip, new PersonalText(row.Ip))!,
                masker.Mask(PiiField.DeviceId, new PersonalText(row.DeviceId))!,
                locale,
                code));
        }
    }

    private static string UserId(int number) => $"{Canaries.UserId}{number:00000000}";

    private static string DeviceId(Random random) => $"{Canaries.DeviceId}{random.Next(Devices):0000}";

    private static string Ip(Random random)
    {
        var quad = $"{Canaries.IPv4}{random.Next(20)}.{random.Next(256)}";
        return random.Next(10) switch
        {
            < 6 => quad,
            6 => $"::ffff:{quad}",
            7 => $"2001:DB8::{random.Next(65_536):X}",
            8 => $"{Canaries.IPv6}{random.Next(256):x}::1",
            _ => $"{Canaries.IpText}{random.Next(100)}",
        };
    }

    /// <summary>Makes a login invalid. A wrong value contains a canary too.</summary>
    private static string MakeInvalid(JsonObject login, Random random)
    {
        switch (random.Next(12))
        {
            case 0:
                return login.ToJsonString()[..^1];
            case 1:
                return new JsonObject { ["foo"] = login["note"]!.GetValue<string>() }.ToJsonString();
            case 2:
                return $"\"{login["note"]}\"";
            case 3:
                return login["note"]!.GetValue<string>();
            case 4:
                return $"{new string('[', Depth)}{login["note"]!.ToJsonString()}{new string(']', Depth)}";
            case 5:
                login.Remove("device_id");
                break;
            case 6:
                login["user_id"] = login["user_id"] + new string('x', 128);
                break;
            case 7:
                login["app_version"] = login["note"]!.GetValue<string>();
                break;
            case 8:
                login["ip"] = new JsonArray(login["ip"]!.GetValue<string>());
                break;
            case 9:
                login["locale"] = login["user_id"]!.GetValue<string>() + new string('x', 32);
                break;
            case 10:
                login["device_id"] = login["device_id"] + "\0";
                break;
            default:
                return login.ToJsonString().Replace(
                    Canaries.DeviceId, $"{Canaries.DeviceId}\\ud800", StringComparison.Ordinal);
        }

        return login.ToJsonString();
    }
}
