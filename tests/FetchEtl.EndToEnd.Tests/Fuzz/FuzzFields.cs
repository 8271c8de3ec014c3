namespace FetchEtl.EndToEnd.Tests;

/// <summary>
/// A valid login as the keys and values of a JSON object. It follows "What counts as a login" in docs/architecture.md.
/// The rules are stated here a second time on purpose.
/// </summary>
internal sealed class FuzzFields
{
    public static readonly string[] Names = ["user_id", "app_version", "device_type", "ip", "locale", "device_id"];

    public static readonly int[] Limits = [128, int.MaxValue, 32, 256, 32, 256];

    private readonly Random _random;
    private readonly FuzzText _text;
    private readonly FuzzJson _json;

    public FuzzFields(Random random, FuzzText text, FuzzJson json, int index)
    {
        (_random, _text, _json) = (random, text, json);
        var userId = text.Personal(index, Limits[0]);
        var (version, code) = Version();
        var deviceType = Optional(index, Limits[2]);
        var locale = Optional(index, Limits[4]);
        Login = new(userId, deviceType, locale, code);
        Values =
        [
            text.Quote(userId), text.Quote(version), Json(deviceType), Json(Optional(index, Limits[3])),
            Json(locale), Json(Optional(index, Limits[5])),
        ];
        if (locale is null && random.Next(2) == 0)
        {
            Absent = 4;
        }
    }

    public FuzzLogin Login { get; }

    /// <summary>JSON, in the order of <see cref="Names"/>.</summary>
    public string[] Values { get; }

    /// <summary>The position of a key that is absent.</summary>
    public int? Absent { get; set; }

    /// <summary>
    /// Renders an object in any order and spacing, with unknown keys, and with repeated keys, whose last value counts.
    /// </summary>
    public string Render()
    {
        var members = new List<string>();
        var order = Enumerable.Range(0, Names.Length).Where(i => i != Absent).ToArray();
        _random.Shuffle(order);
        foreach (var i in order)
        {
            if (_random.Next(20) == 0)
            {
                members.Add(Member(Names[i], _json.Value()));
            }

            members.Add(Member(Names[i], Values[i]));
        }

        for (var unknown = _random.Next(3); unknown > 0; unknown--)
        {
            members.Insert(_random.Next(members.Count + 1), UnknownMember());
        }

        return $"{_json.Space()}{{{string.Join(',', members)}}}{_json.Space()}";
    }

    private string UnknownMember() => _random.Next(12) switch
    {
        0 => $"\"canary-\":{_json.Nested(_random.Next(40, 62))}",
        1 => $"\"canary-\":\"\\ud83d\"",
        2 => $"\"canary-\\udc00\":\"\\u0000\"",
        3 => $"\"{new string('k', _random.Next(100, _random.Next(20) == 0 ? 50_000 : 1000))}\":1",
        4 => $"{_text.Quote("USER_ID")}:{_json.Value()}",
        5 => $"\"\":{_json.Value()}",
        _ => Member(FuzzText.Canary + _text.Text(_random.Next(10)), _json.Value()),
    };

    private string Member(string name, string value) =>
        $"{_json.Space()}{_text.Quote(name)}{_json.Space()}:{_json.Space()}{value}{_json.Space()}";

    private string? Optional(int index, int limit) => _random.Next(8) switch
    {
        0 => null,
        1 => "",
        _ => _text.Personal(index, limit),
    };

    private string Json(string? text) => text is null ? "null" : _text.Quote(text);

    private (string Text, int Code) Version()
    {
        int[] parts = [_random.Next(2147), _random.Next(1000), _random.Next(1000)];
        var count = _random.Next(1, 4);
        var text = string.Join(
            '.',
            parts.Take(count).Select(x => new string('0', _random.Next(5) == 0 ? _random.Next(30) : 0) + x));
        var suffix = _random.Next(6) switch
        {
            0 => $"-{FuzzText.Canary}.1",
            1 => "+build-7",
            _ => "",
        };
        return (text + suffix, (parts[0] * 1_000_000) + (count > 1 ? parts[1] * 1000 : 0) + (count > 2 ? parts[2] : 0));
    }
}
