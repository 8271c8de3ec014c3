namespace FetchEtl.EndToEnd.Tests;

/// <summary>Breaks exactly one rule of a valid login, so that it is certainly invalid.</summary>
internal sealed class FuzzBreakage(Random random, FuzzText text, FuzzJson json)
{
    private static readonly string[] BadVersions =
    [
        "latest", "1.2.3.4", "1..2", ".1", "1.", "-1", "1.1000", "2147.0.0", "1,2", " 1", "1 ", "1.2-", "1.2+ü", "٣.١",
        "0x1", "1e3", "99999999999999999999999999", "v1.2",
    ];

    private static readonly string[] BadLiterals =
        ["NaN", "Infinity", "'x'", "undefined", "01", "+1", ".5", "tru", "canary-"];

    private static readonly string[] InvalidEscapes = ["\\u0000", "\\ud800", "\\udfff", "\\ud83dx", "\\ude00\\ud83d"];

    public (string Recipe, string Body) Break(FuzzFields fields)
    {
        var recipe = random.Next(16);
        var field = random.Next(FuzzFields.Names.Length);
        switch (recipe)
        {
            case 0:
                fields.Absent = field = field == 4 ? 0 : field;
                return ($"without {FuzzFields.Names[field]}", fields.Render());
            case 1:
                field = random.Next(2);
                fields.Values[field] = random.Next(2) == 0 ? "null" : "\"\"";
                return ($"null or empty {FuzzFields.Names[field]}", fields.Render());
            case 2:
                fields.Values[1] = text.Quote(BadVersions[random.Next(BadVersions.Length)]);
                return ("bad version", fields.Render());
            case 3:
                field = field == 1 ? 0 : field;
                fields.Values[field] = text.Quote(
                    text.Text(FuzzFields.Limits[field] + random.Next(1, random.Next(20) == 0 ? 20_000 : 50)));
                fields.Absent = null;
                return ($"too long {FuzzFields.Names[field]}", fields.Render());
            case 4:
                fields.Values[field] = $"\"canary-{InvalidEscapes[random.Next(InvalidEscapes.Length)]}\"";
                fields.Absent = null;
                return ($"invalid text in {FuzzFields.Names[field]}", fields.Render());
            case 5:
                // This case and the next ones are not JSON: a proper prefix of an object never is.
                var whole = fields.Render().TrimEnd();
                var end = random.Next(whole.Length);
                end -= end > 0 && char.IsHighSurrogate(whole[end - 1]) ? 1 : 0;
                return ("truncated", whole[..end]);
            case 6:
                return ("trailing comma", fields.Render().TrimEnd()[..^1] + ",}");
            case 7:
                return (
                    "comment",
                    random.Next(2) == 0 ? $"/* canary- */{fields.Render()}" : $"{fields.Render()}// canary-");
            case 8:
                return ("two values", fields.Render() + fields.Render());
            case 9:
                return ("too deep", fields.Render().TrimEnd()[..^1] + $",\"canary-\":{json.Nested(Depth())}}}");
            case 10:
                fields.Absent = null;
                fields.Values[field] = json.Nested(Depth());
                return ($"too deep in {FuzzFields.Names[field]}", fields.Render());
            case 11:
                return (
                    "deep and not closed",
                    string.Concat(Enumerable.Repeat(random.Next(2) == 0 ? "[" : "{\"canary-\":", Depth())));
            case 12:
                return (
                    "no such literal",
                    fields.Render().TrimEnd()[..^1]
                        + $",\"canary-\":{BadLiterals[random.Next(BadLiterals.Length)]}}}");
            case 13:
                return ("bad escape", fields.Render().TrimEnd()[..^1] + ",\"canary-\":\"\\x41\"}");
            case 14:
                return (
                    "control character in a string",
                    fields.Render().TrimEnd()[..^1] + $",\"canary-\":\"{"\n\t\u0001\u001f\0"[random.Next(5)]}\"}}");
            default:
                return ("within an array", $"[{fields.Render()}]");
        }
    }

    private int Depth() => random.Next(10) == 0 ? random.Next(300, 5000) : random.Next(70, 150);
}
