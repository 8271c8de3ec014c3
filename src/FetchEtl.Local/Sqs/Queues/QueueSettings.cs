using System.Globalization;
using System.Text.Json;

namespace FetchEtl.Local;

/// <summary>
/// The attributes of a queue that clients can set. Names, defaults and ranges come from the SQS API reference.
/// Immutable.
/// </summary>
internal sealed class QueueSettings
{
    private static readonly Dictionary<string, (int Default, int Min, int Max)> Numbers = new(StringComparer.Ordinal)
    {
        ["DelaySeconds"] = (0, 0, Quotas.DelaySeconds),
        ["MaximumMessageSize"] = (Quotas.MessageBytes, Quotas.LeastMaximumMessageBytes, Quotas.MessageBytes),
        ["MessageRetentionPeriod"] = (345_600, 60, Quotas.RetentionSeconds),
        ["ReceiveMessageWaitTimeSeconds"] = (0, 0, Quotas.WaitSeconds),
        ["VisibilityTimeout"] = (30, 0, Quotas.VisibilitySeconds),
        ["KmsDataKeyReusePeriodSeconds"] = (300, 60, 86_400),
    };

    private static readonly Dictionary<string, string[]> Choices = new(StringComparer.Ordinal)
    {
        ["SqsManagedSseEnabled"] = ["true", "false"],
        ["FifoQueue"] = ["true", "false"],
        ["ContentBasedDeduplication"] = ["false", "true"],
        ["DeduplicationScope"] = ["queue", "messageGroup"],
        ["FifoThroughputLimit"] = ["perQueue", "perMessageGroupId"],
    };

    private static readonly HashSet<string> FifoOnly =
        ["FifoQueue", "ContentBasedDeduplication", "DeduplicationScope", "FifoThroughputLimit"];

    /// <summary>Free text. An empty text removes the attribute.</summary>
    private static readonly HashSet<string> Texts = ["Policy", "RedrivePolicy", "RedriveAllowPolicy", "KmsMasterKeyId"];

    private readonly Dictionary<string, string> _values;

    private QueueSettings(Dictionary<string, string> values)
    {
        _values = values;
        DelaySeconds = Number("DelaySeconds");
        MaximumMessageSize = Number("MaximumMessageSize");
        MessageRetentionPeriod = Number("MessageRetentionPeriod");
        ReceiveMessageWaitTimeSeconds = Number("ReceiveMessageWaitTimeSeconds");
        VisibilityTimeout = Number("VisibilityTimeout");
        ContentBasedDeduplication = values.GetValueOrDefault("ContentBasedDeduplication") == "true";
        DeduplicatesByGroup = values.GetValueOrDefault("DeduplicationScope") == "messageGroup";
        RedrivePolicy = RedriveSetting.Parse(values.GetValueOrDefault("RedrivePolicy", ""));
    }

    public int DelaySeconds { get; }

    public int MaximumMessageSize { get; }

    public int MessageRetentionPeriod { get; }

    public int ReceiveMessageWaitTimeSeconds { get; }

    public int VisibilityTimeout { get; }

    public bool ContentBasedDeduplication { get; }

    public bool DeduplicatesByGroup { get; }

    public RedriveSetting? RedrivePolicy { get; }

    /// <summary>Whether clients can set or request an attribute of this name.</summary>
    public static bool IsKnown(string name) =>
        Numbers.ContainsKey(name) || Choices.ContainsKey(name) || Texts.Contains(name);

    public static QueueSettings Create(bool fifo, IReadOnlyDictionary<string, string>? given)
    {
        var values = Numbers.Where(number => number.Key != "KmsDataKeyReusePeriodSeconds")
            .ToDictionary(number => number.Key, number => number.Value.Default.ToString(CultureInfo.InvariantCulture));
        foreach (var (name, choices) in Choices.Where(choice => fifo || !FifoOnly.Contains(choice.Key)))
        {
            values[name] = choices[0];
        }

        var known = new QueueSettings(values);
        return given is null ? known : known.With(given, fifo);
    }

    /// <summary>Returns these settings with some values replaced. An empty text removes the attribute.</summary>
    public QueueSettings With(IEnumerable<KeyValuePair<string, string>> changes, bool fifo)
    {
        var values = new Dictionary<string, string>(_values, StringComparer.Ordinal);
        var changed = changes.ToDictionary(pair => pair.Key, pair => Normalized(pair.Key, pair.Value));
        foreach (var (name, value) in changed)
        {
            if (!IsKnown(name) || (!fifo && FifoOnly.Contains(name)))
            {
                throw ApiError.InvalidAttributeName.With(name is "DeduplicationScope" or "FifoThroughputLimit"
                    ? $"You can specify the {name} only when FifoQueue is set to true."
                    : $"Unknown Attribute {name}.");
            }

            if (name == "FifoQueue" && value != _values["FifoQueue"])
            {
                throw ApiError.InvalidAttributeValue.With(
                    "Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported.");
            }

            Check(name, value);
            if (value.Length == 0)
            {
                values.Remove(name);
            }
            else
            {
                values[name] = value;
            }
        }

        if (!values.ContainsKey("KmsMasterKeyId"))
        {
            values.Remove("KmsDataKeyReusePeriodSeconds");
        }
        else if (changed.ContainsKey("KmsMasterKeyId"))
        {
            values["SqsManagedSseEnabled"] = changed.GetValueOrDefault("SqsManagedSseEnabled") != "true"
                ? "false"
                : throw ApiError.InvalidAttributeName.With(
                    "You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE "
                    + "or SQS SSE.");
        }

        return new(values);
    }

    /// <summary>The first attribute whose given value differs from these settings, or null.</summary>
    public string? FirstDifference(IReadOnlyDictionary<string, string>? given) =>
        given?.FirstOrDefault(
            pair => _values.GetValueOrDefault(pair.Key, "") != Normalized(pair.Key, pair.Value)).Key;

    public string? Get(string name) => _values.GetValueOrDefault(name);

    /// <summary>All attributes that have a value.</summary>
    public IEnumerable<KeyValuePair<string, string>> All() => _values;

    /// <summary>SQS takes <c>True</c> for <c>true</c>, and returns a redrive policy's count as a number.</summary>
    private static string Normalized(string name, string value) => name switch
    {
        "RedrivePolicy" => RedriveSetting.Normalized(value),
        _ when Choices.TryGetValue(name, out var choices) && choices.Contains("true") => value.ToLowerInvariant(),
        _ => value,
    };

    private static void Check(string name, string value)
    {
        var valid = true;
        if (Numbers.TryGetValue(name, out var range))
        {
            valid = int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                && number >= range.Min && number <= range.Max;
        }
        else if (Choices.TryGetValue(name, out var choices))
        {
            valid = choices.Contains(value);
        }
        else if (name is "Policy" or "RedriveAllowPolicy" && value.Length > 0)
        {
            valid = IsJsonObject(value);
        }

        if (!valid)
        {
            throw ApiError.InvalidAttributeValue.With($"Invalid value for the parameter {name}.");
        }
    }

    private static bool IsJsonObject(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return json.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private int Number(string name) => int.Parse(_values[name], CultureInfo.InvariantCulture);
}
