using System.Globalization;

namespace FetchEtl.Service;

/// <summary>Dates of domains, as text, in UTC.</summary>
internal static class DomainText
{
    public static string Date(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static string Date(DateTimeOffset? time) =>
        time is { } known ? Date(DateOnly.FromDateTime(known.UtcDateTime)) : "never";
}
