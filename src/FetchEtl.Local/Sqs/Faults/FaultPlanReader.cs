using System.Text.Json;
using System.Text.Json.Serialization;

namespace FetchEtl.Local;

/// <summary>
/// Reads the JSON of a plan. Errors name the place and the expected form. <see cref="SqsFaultRule.Problems"/> checks
/// values.
/// </summary>
internal static class FaultPlanReader
{
    private const string PlanForm = """Use {"seed": a whole number, "rules": [ … ]}, and no name twice.""";

    private static readonly string RuleForm =
        $"Use {{\"kind\": one of {string.Join(", ", Enum.GetNames<SqsFaultKind>())}}} and optionally operation, "
        + "queueName, code (texts), probability (0, never, to 1, always), latencyMilliseconds (a whole number).";

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        PropertyNameCaseInsensitive = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        Converters = { new JsonStringEnumConverter(allowIntegerValues: false) },
    };

    /// <exception cref="InvalidDataException">The text is not a plan.</exception>
    public static SqsFaultPlan Read(string json)
    {
        var plan = Read<Document>(json, "The plan", PlanForm);
        var rules = plan.Rules.Select((rule, i) => Read<SqsFaultRule>(rule.GetRawText(), $"Rule {i + 1}", RuleForm));
        return new() { Seed = plan.Seed, Rules = [.. rules] };
    }

    private static T Read<T>(string json, string where, string form)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, Options) ?? throw new JsonException("The value is null.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{where}: {e.Message} {form}", e);
        }
    }

    /// <summary>Leaves the rules unread, so that an error can name the number of its rule.</summary>
    private sealed class Document
    {
        public int Seed { get; init; }

        public JsonElement[] Rules { get; init; } = [];
    }
}
