using System.CommandLine;
using FetchEtl.Logins;

namespace FetchEtl.Service;

internal static class RekeyCommand
{
    private static readonly LiftArguments Arguments = new();

    public static Command Create() => Verb.Create(
        "rekey",
        "Lifts the table's masks, and the vault's, to the newest key, while the service goes on. Started again, it goes on. Exit code 3: something is left.",
        RunAsync,
        Arguments.Table, Arguments.Columns, Arguments.BatchSize);

    private static async Task<int> RunAsync(ParseResult parsed, string[] settings, CancellationToken cancellationToken)
    {
        using var host = new LiftHost(settings);
        var table = parsed.GetValue(Arguments.Table)!;
        var columns = Arguments.Check(parsed, host.Options);
        if (columns.Count == 0)
        {
            columns = table == LiftArguments.DefaultTable
                ? [.. PiiFields.Of(host.Options).Select(field => new LiftColumn(field.Column(), field))]
                : throw new UsageException($"--column must name the columns of {table} that hold masks, as masked_ip=ip.");
        }

        RekeySummary summary;
        try
        {
            var rekeying = new Rekeying(host.Contexts, host.Check, host.Masker, host.Time);
            summary = await LiftProgressBar.RunAsync(
                progress => rekeying.RunAsync(table, columns, parsed.GetValue(Arguments.BatchSize), progress, cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return await LiftVerb.StoppedAsync("rekey");
        }

        LiftReport.Write(summary.Before, summary.After, summary.Values);
        LiftReport.WriteRate("rows", summary.Rows, summary.Elapsed);
        if (summary.VaultEntries > 0)
        {
            LiftReport.WriteRate("vault entries", summary.VaultEntries, summary.Elapsed);
        }

        return await LiftVerb.EndAsync(summary.Left);
    }
}
