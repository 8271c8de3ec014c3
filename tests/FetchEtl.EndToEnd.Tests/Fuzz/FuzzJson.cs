namespace FetchEtl.EndToEnd.Tests;

/// <summary>JSON values of every type.</summary>
internal sealed class FuzzJson(Random random, FuzzText text)
{
    public const int Kinds = 7;

    private static readonly string[] Numbers =
    [
        "0", "-0", "1", "-1", "2.5", "1e5", "1E-400", "1e999999999", "-9223372036854775809", "18446744073709551616",
        "0.00000000000000000000000000000000000000000000001",
        "123456789012345678901234567890123456789012345678901234567890",
    ];

    /// <summary>White space of every kind that JSON allows, or none.</summary>
    public string Space() => random.Next(4) == 0 ? new string(" \t\r\n"[random.Next(4)], random.Next(1, 5)) : "";

    /// <summary>A value of the kind: null, true, false, number, string, array, object.</summary>
    public string OfKind(int kind, int depth = 3) =>
        kind switch
        {
            0 => "null",
            1 => "true",
            2 => "false",
            3 => random.Next(20) == 0 ? new string('9', random.Next(1, 2000)) : Numbers[random.Next(Numbers.Length)],
            4 => text.Quote(FuzzText.Canary + text.Text(random.Next(30))),
            5 => $"[{List(depth, () => Value(depth - 1))}]",
            _ => $"{{{List(depth, () => $"{Key()}{Space()}:{Value(depth - 1)}")}}}",
        };

    public string Value(int depth = 3) => Space() + OfKind(random.Next(depth > 0 ? Kinds : Kinds - 2), depth) + Space();

    /// <summary>Nested arrays, objects or both.</summary>
    public string Nested(int depth)
    {
        var style = random.Next(3);
        var open = new string[depth];
        var close = new string[depth];
        for (var i = 0; i < depth; i++)
        {
            var array = style == 0 || (style == 2 && random.Next(2) == 0);
            (open[i], close[depth - 1 - i]) = array ? ("[", "]") : ("{\"canary-\":", "}");
        }

        return string.Concat(open) + "1" + string.Concat(close);
    }

    private string Key() => text.Quote(FuzzText.Canary + text.Text(random.Next(10)));

    private string List(int depth, Func<string> item) =>
        string.Join(',', Enumerable.Range(0, depth > 0 ? random.Next(4) : 0).Select(_ => item()));
}
