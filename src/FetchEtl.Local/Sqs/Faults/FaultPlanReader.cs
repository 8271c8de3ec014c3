using System.Text.Json;

namespace FetchEtl.Local.Sqs.Faults;

/// <summary>Reads a plan's JSON, and says in a user's words where it is not one. Values are checked by the rules themselves.</summary>
internal static class FaultPlanReader
{
    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false };

    /// <exception cref="InvalidDataException">It is no plan.</exception>
    public static SqsFaultPlan Read(string json)
    {
        using var document = Open(json);
        var seed = 0;
        List<SqsFaultRule> rules = [];
        foreach (var member in Members(document.RootElement, "The plan"))
        {
            switch (member.Name.ToUpperInvariant())
            {
                case "SEED":
                    seed = Number(member, "The plan");
                    break;
                case "RULES" when member.Value.ValueKind == JsonValueKind.Array:
                    rules.AddRange(member.Value.EnumerateArray().Select((rule, i) => Rule(rule, $"Rule {i + 1}")));
                    break;
                case "RULES":
                    throw new InvalidDataException("The plan: 'rules' is no list; give [ … ].");
                default:
                    throw Unknown(member, "The plan", "seed, rules");
            }
        }

        return new() { Seed = seed, Rules = rules };
    }

    private static SqsFaultRule Rule(JsonElement json, string where)
    {
        SqsFaultKind? kind = null;
        string? operation = null, queueName = null, code = null;
        var probability = 1.0;
        var latency = 0;
        foreach (var member in Members(json, where))
        {
            switch (member.Name.ToUpperInvariant())
            {
                case "KIND":
                    kind = Kind(Text(member, where), where);
                    break;
                case "OPERATION":
                    operation = Text(member, where);
                    break;
                case "QUEUENAME":
                    queueName = Text(member, where);
                    break;
                case "PROBABILITY":
                    probability = member.Value.ValueKind == JsonValueKind.Number
                        ? member.Value.GetDouble()
                        : throw new InvalidDataException($"{where}: '{member.Name}' is no number; give 0 (never) to 1 (always).");
                    break;
                case "CODE":
                    code = Text(member, where);
                    break;
                case "LATENCYMILLISECONDS":
                    latency = Number(member, where);
                    break;
                default:
                    throw Unknown(member, where, "kind, operation, queueName, probability, code, latencyMilliseconds");
            }
        }

        return new()
        {
            Kind = kind ?? throw new InvalidDataException($"{where} has no kind; give one of {Kinds}."),
            Operation = operation,
            QueueName = queueName,
            Probability = probability,
            Code = code,
            LatencyMilliseconds = latency,
        };
    }

    private static string Kinds => string.Join(", ", Enum.GetNames<SqsFaultKind>());

    private static JsonDocument Open(string json)
    {
        try
        {
            return JsonDocument.Parse(json, Options);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"The fault plan is no well-formed JSON: {e.Message}", e);
        }
    }

    private static JsonElement.ObjectEnumerator Members(JsonElement json, string where) => json.ValueKind == JsonValueKind.Object
        ? json.EnumerateObject()
        : throw new InvalidDataException($"{where} is no JSON object; give {{ … }}.");

    private static SqsFaultKind Kind(string name, string where)
    {
        foreach (var kind in Enum.GetValues<SqsFaultKind>())
        {
            if (kind.ToString().Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return kind;
            }
        }

        throw new InvalidDataException($"{where}: there is no kind '{name}'; give one of {Kinds}.");
    }

    private static string Text(JsonProperty member, string where) => member.Value.ValueKind == JsonValueKind.String
        ? member.Value.GetString()!
        : throw new InvalidDataException($"{where}: '{member.Name}' is no text; put it in quotes, or leave it out.");

    private static int Number(JsonProperty member, string where) =>
        member.Value.ValueKind == JsonValueKind.Number && member.Value.TryGetInt32(out var number)
            ? number
            : throw new InvalidDataException($"{where}: '{member.Name}' is no whole number of 32 bits; give one, without quotes.");

    private static InvalidDataException Unknown(JsonProperty member, string where, string known) =>
        new($"{where}: '{member.Name}' means nothing; known are {known}.");
}
