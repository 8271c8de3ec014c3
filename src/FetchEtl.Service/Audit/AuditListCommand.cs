using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using FetchEtl.Logins;
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

    /// <summary>The right that it needs, for error texts.</summary>
    internal const string Missing = "grant it SELECT on audit_log";

    /// <summary>The names of the columns.</summary>
    internal const string Head = "number  time  action  role (user)  asked for, or done  fields  purpose";

    public static Command Create() => Verb.Create(
        "list",
        "Prints the entries of audit_log, one a line. The number is of the values asked for, of the rows of a "
        + "partition, or in the entry of an end (': done') of what was shown or changed.",
        RunAsync,
        Since,
        Json).WithExamples("fetch-etl audit list", "fetch-etl audit list --since 2026-11-01 --json");

    private static async Task<int> RunAsync(ParseResult parsed, string[] settings, CancellationToken cancellationToken)
    {
        var since = Read(parsed.GetValue(Since));
        await using var database = DatabaseSetting.Open(settings);
        return await DatabaseWork.RunAsync(
            () => WriteAsync(database, since, parsed.GetValue(Json), cancellationToken),
            Missing,
            stopped: null,
            cancellationToken);
    }

    private static async Task<int> WriteAsync(
        LoginDatabase database, DateTime? since, bool isJson, CancellationToken cancellationToken)
    {
        var isFirst = true;
        await foreach (var entry in new AuditLog(database, TimeProvider.System).ReadAsync(since, cancellationToken))
        {
            if (isFirst && !isJson)
            {
                Console.WriteLine(Head);
            }

            isFirst = false;
            Console.WriteLine(isJson ? JsonSerializer.Serialize(entry, AuditJson.Default.AuditEntry) : Line(entry));
        }

        return Verb.Succeeded;
    }

    internal static string Line(AuditEntry entry) => PrintableText.Of(string.Create(
        CultureInfo.InvariantCulture,
        $"{entry.Sequence}  {entry.At:yyyy-MM-dd HH:mm:ss}Z  {entry.Action}  {entry.DatabaseRole} ({entry.OsUser})  "
        + $"{Words.Count(entry.Count, Unit(entry.Action))}  {entry.Fields}  {entry.Purpose}"));

    /// <summary>What the number counts. The entry of an end has the kinds in its purpose.</summary>
    private static string Unit(string action) => action switch
    {
        "partitions drop" => "row",
        _ when action.Contains(": ", StringComparison.Ordinal) => "result",
        _ => "value",
    };

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
