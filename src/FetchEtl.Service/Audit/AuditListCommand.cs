using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using FetchEtl.Maintenance;

namespace FetchEtl.Service;

/// <summary>Prints the entries of <c>audit_log</c>.</summary>
internal static partial class AuditListCommand
{
    private static readonly Option<string?> Since = new("--since")
    {
        Description = "Only entries from this time on, in UTC, as in 2026-11-27 or 2026-11-27T08:30:00Z.",
    };

    private static readonly Option<bool> Json = new("--json") { Description = "Print one JSON object a line." };

    public static Command Create() => Verb.Create(
        "list",
        "Prints the entries of audit_log, one a line: number, time, action, role and user, count, fields, purpose.",
        RunAsync,
        Since,
        Json).WithExamples("fetch-etl audit list", "fetch-etl audit list --since 2026-11-01 --json");

    private static async Task<int> RunAsync(ParseResult parsed, string[] settings, CancellationToken cancellationToken)
    {
        var since = Read(parsed.GetValue(Since));
        await using var database = LoginDatabase.Open(settings);
        await foreach (var entry in new AuditLog(database).ReadAsync(since, cancellationToken))
        {
            Console.WriteLine(parsed.GetValue(Json)
                ? JsonSerializer.Serialize(entry, AuditJson.Default.AuditEntry)
                : Line(entry));
        }

        return Verb.Succeeded;
    }

    private static string Line(AuditEntry entry) => PrintableText.Of(string.Create(
        CultureInfo.InvariantCulture,
        $"{entry.Sequence}  {entry.At:yyyy-MM-dd HH:mm:ss}Z  {entry.Action}  {entry.DatabaseRole} ({entry.OsUser})  "
        + $"{entry.Count}  {entry.Fields}  {entry.Purpose}"));

    private static DateTime? Read(string? text)
    {
        if (text is null)
        {
            return null;
        }

        return DateTime.TryParse(
            text,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var since)
                ? since
                : throw new UsageException(
                    $"{Since.Name} must be a date or a time in UTC, as in 2026-11-27 or 2026-11-27T08:30:00Z.");
    }

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(AuditEntry))]
    private sealed partial class AuditJson : JsonSerializerContext;
}
