using System.Globalization;
using System.Text.Json;

namespace FetchEtl.Local;

/// <summary>Where a message goes once it was received <see cref="MaxReceiveCount"/> times without being deleted.</summary>
internal sealed record RedrivePolicy(string TargetArn, int MaxReceiveCount)
{
    /// <summary>Reads the attribute's JSON; the count may be a number or a string. Null for the empty value, which removes it.</summary>
    public static RedrivePolicy? Parse(string text)
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
                throw SqsError.InvalidValue("RedrivePolicy", text, "Invalid value for deadLetterTargetArn.");
            }

            if (!json.RootElement.TryGetProperty("maxReceiveCount", out var max)
                || !int.TryParse(max.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
                || count is < 1 or > 1000)
            {
                throw SqsError.InvalidValue(
                    "RedrivePolicy", text, "Invalid value for maxReceiveCount. Must be between 1 and 1000.");
            }

            return new(arn, count);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw SqsError.InvalidValue("RedrivePolicy", text, "Redrive policy is not a valid JSON map.");
        }
    }
}
