using System.Text.Json;
using System.Text.Json.Serialization;

namespace FetchEtl.Local;

/// <summary>Reads a plan's JSON, and says where it is not one and what it should be. Values are checked by the rules themselves.</summary>
internal static class FaultPlanReader
{
    private const string PlanForm = """Give {"seed": a whole number, "rules": [ … ]}, and no name twice.""";

    private static readonly string RuleForm =
        $"Give {{\"kind\": one of {string.Join(", ", Enum.GetNames<SqsFaultKind>())}}} and, where wanted, operation, queueName, code (texts), "
        + "probability (0, never, to 1, always), latencyMilliseconds (a whole number).";

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        PropertyNameCaseInsensitive = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        Converters = { new JsonStringEnumConverter(allowIntegerValues: false) },
    };

    /// <exception cref="InvalidDataException">It is no plan.</exception>
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
            return JsonSerializer.Deserialize<T>(json, Options) ?? throw new JsonException("It is null.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{where}: {e.Message} {form}", e);
        }
    }

    /// <summary>The rules unread, so that each is named by its number.</summary>
    private sealed class Document
    {
        public int Seed { get; init; }

        public JsonElement[] Rules { get; init; } = [];
    }
}
