using System.Text;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>
/// Generates bodies. Each is a function of the seed and its index, so a failure names the body to generate again.
/// </summary>
internal sealed class FuzzGenerator(int seed)
{
    public IEnumerable<FuzzBody> Bodies()
    {
        for (var index = 0; ; index++)
        {
            yield return Create(index);
        }
    }

    public FuzzBody Create(int index)
    {
        var random = new Random(unchecked((seed * 1_000_003) + index));
        var text = new FuzzText(random);
        var json = new FuzzJson(random, text);
        switch (random.Next(20))
        {
            case < 5:
                var valid = Fields();
                return new(index, "valid", Utf8(valid.Render()), FuzzFate.Row, valid.Login);
            case < 10:
                var (recipe, broken) = new FuzzBreakage(random, text, json).Break(Fields());
                return new(index, recipe, Utf8(broken), FuzzFate.DeadLetter);
            case < 15:
                var mutant = new FuzzMutation(random).Mutate(Utf8(Fields().Render()), Utf8(Fields().Render()));
                return new(index, "mutant", mutant, FuzzFate.Either);
            case 15:
                return AnyTypeAnywhere(index, random, json, Fields());
            case 16:
                return new(index, "JSON of any kind", Utf8(json.Value(depth: 5)), FuzzFate.DeadLetter);
            case 17:
                return new(index, "text", Utf8(text.Text(random.Next(1, 400))), FuzzFate.DeadLetter);
            case 18:
                return new(index, "noise", new FuzzMutation(random).Noise(), FuzzFate.DeadLetter);
            default:
                // RFC 8259 lets a parser ignore a byte order mark or reject it.
                return new(index, "byte order mark", Utf8("\uFEFF" + Fields().Render()), FuzzFate.Either);
        }

        FuzzFields Fields() => new(random, text, json, index);
    }

    /// <summary>Puts a value of any type at any key, or in place of the object.</summary>
    private static FuzzBody AnyTypeAnywhere(int index, Random random, FuzzJson json, FuzzFields fields)
    {
        var kind = random.Next(FuzzJson.Kinds);
        var field = random.Next(FuzzFields.Names.Length + 1);
        var value = json.OfKind(kind);
        if (field == FuzzFields.Names.Length)
        {
            return new(index, $"type {kind} at the top", Utf8(value), FuzzFate.DeadLetter);
        }

        fields.Absent = fields.Absent == field ? null : fields.Absent;
        fields.Values[field] = value;
        var fate = kind switch
        {
            // null is allowed, except at user_id and app_version.
            0 => field < 2 ? FuzzFate.DeadLetter : FuzzFate.Row,

            // A string of any length and kind is not a version; elsewhere it can be too long.
            4 => field == 1 ? FuzzFate.DeadLetter : FuzzFate.Either,
            _ => FuzzFate.DeadLetter,
        };
        return new(index, $"type {kind} at {FuzzFields.Names[field]}", Utf8(fields.Render()), fate);
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
