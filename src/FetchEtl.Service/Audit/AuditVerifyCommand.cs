using System.CommandLine;
using FetchEtl.Maintenance;

namespace FetchEtl.Service;

/// <summary>Verifies the chain of <c>audit_log</c>, and prints its head.</summary>
internal static class AuditVerifyCommand
{
    private const int HashLength = 64;

    private static readonly Option<string?> Head = new("--head")
    {
        Description = "A head that an earlier run printed and you kept elsewhere: the chain must hold it.",
    };

    public static Command Create() => Verb.Create(
        "verify",
        "Verifies that no entry of audit_log was changed, removed or inserted, and prints the head, the hash of the "
        + "last one. Keep it elsewhere. Exit code 1: names the first entry that does not fit, and prints no head.",
        RunAsync,
        Head).WithExamples("fetch-etl audit verify", "fetch-etl audit verify --head $(tail -n 1 audit-heads.txt)");

    private static async Task<int> RunAsync(ParseResult parsed, string[] settings, CancellationToken cancellationToken)
    {
        var head = parsed.GetValue(Head);
        if (head is not null && (head.Length != HashLength || !head.All(char.IsAsciiHexDigitLower)))
        {
            throw new UsageException(
                $"{Head.Name} must be {HashLength} lower-case hex digits, as 'fetch-etl audit verify' prints them.");
        }

        await using var database = DatabaseSetting.Open(settings);
        var finding = await DatabaseWork.RunAsync(
            () => new AuditLog(database, TimeProvider.System).VerifyAsync(head, cancellationToken),
            AuditListCommand.Missing,
            stopped: null,
            cancellationToken);
        var entries = Words.Number(finding.Entries) + (finding.Entries == 1 ? " entry" : " entries");
        if (finding.Problem is { } problem)
        {
            // A head on standard output would be kept as if the chain were whole.
            return Verb.Fail([$"audit_log was tampered with: {problem}. Before that: {entries} without a fault."]);
        }

        StandardError.WriteLine($"fetch-etl: {entries} of audit_log, and no fault. The head is on standard output.");
        Console.WriteLine(finding.Head);
        return Verb.Succeeded;
    }
}
