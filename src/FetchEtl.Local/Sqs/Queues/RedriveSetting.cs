using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FetchEtl.Local;

/// <summary>
/// The attribute RedrivePolicy: after <see cref="MaxReceiveCount"/> receives without a delete, a message moves to the
/// queue <see cref="TargetArn"/>.
/// </summary>
internal sealed record RedriveSetting(string TargetArn, int MaxReceiveCount)
{
    /// <summary>The JSON with the count as a number. Invalid JSON, or a count that is a number, is unchanged.</summary>
    public static string Normalized(string text)
    {
        try
        {
            if (JsonNode.Parse(text) is JsonObject policy
                && policy["maxReceiveCount"] is JsonValue count && count.GetValueKind() == JsonValueKind.String
                && int.TryParse(count.GetValue<string>(), NumberStyles.None, CultureInfo.InvariantCulture, out var max))
            {
                policy["maxReceiveCount"] = max;
                return policy.ToJsonString(new JsonSerializerOptions { Encoder = ApiJson.Encoder });
            }
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            // Parse reports it.
        }

        return text;
    }

    /// <summary>
    /// Reads the JSON, where the count is a number or a string. Null for an empty text, which removes the policy.
    /// </summary>
    public static RedriveSetting? Parse(string text)
    {
        if (text.Length == 0)
        {
            return null;
        }

        try
        {
            using var json = JsonDocument.Parse(text);
            if (!json.RootElement.TryGetProperty("deadLetterTargetArn", out var target)
                || target.GetString() is not { } arn || !arn.StartsWith("arn:", StringComparison.Ordinal))
            {
                throw ApiError.InvalidValue("RedrivePolicy", text, "Invalid value for deadLetterTargetArn.");
            }

            if (!json.RootElement.TryGetProperty("maxReceiveCount", out var max)
                || !int.TryParse(max.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
                || count is < 1 or > Quotas.MaxReceiveCount)
            {
                throw ApiError.InvalidValue(
                    "RedrivePolicy",
                    text,
                    $"Invalid value for maxReceiveCount. Must be between 1 and {Quotas.MaxReceiveCount}.");
            }

            return new(arn, count);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw ApiError.InvalidValue("RedrivePolicy", text, "Redrive policy is not a valid JSON map.");
        }
    }
}
