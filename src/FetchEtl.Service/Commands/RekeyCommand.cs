using System.CommandLine;
using FetchEtl.Maintenance;

namespace FetchEtl.Service;

/// <summary>Rekeys a table's masks, and the vault's, to the newest key.</summary>
internal static class RekeyCommand
{
    private static readonly TableArguments Arguments = new();

    public static Command Create() => Verb.Create(
        "rekey",
        "Rekeys the table's masks, and the vault's, to the newest key while the service runs. A second run continues " +
        "an interrupted one. Exit code 3: some masks are not rekeyed.",
        RunAsync,
        Arguments.Table, Arguments.Columns, Arguments.BatchSize).WithExamples(
        "fetch-etl rekey --Masking:KeyFiles:0=/run/secrets/key-1 --Masking:KeyFiles:1=/run/secrets/key-2",
        "fetch-etl rekey --table old_logins --column ip=ip");

    private static async Task<int> RunAsync(ParseResult parsed, string[] settings, CancellationToken cancellationToken)
    {
        using var host = new MaintenanceHost(settings);
        var table = parsed.GetValue(Arguments.Table)!;
        var tableSettings = await host.ReadTableAsync(cancellationToken);
        var columns = Arguments.Check(parsed, tableSettings);
        if (columns.Count == 0)
        {
            columns = table == TableArguments.DefaultTable
                ? MaskedColumn.OfUserLogins(tableSettings)
                : throw new UsageException(
                    $"--column must name the columns of {table} that hold masks, as masked_ip=ip.");
        }

        var rekeying = new Rekeying(host.Contexts, host.Verifier, host.Masker, host.Time);
        var batchBlocks = parsed.GetValue(Arguments.BatchSize);
        var summary = await TableProgress.RunAsync(
            "fetch-etl rekey",
            progress => rekeying.RunAsync(table, columns, batchBlocks, progress, cancellationToken),
            cancellationToken);

        MaintenanceReport.Write(summary.Before, summary.After, summary.Values);
        MaintenanceReport.WriteRate("rows", summary.Rows, summary.Elapsed);
        if (summary.VaultEntries > 0)
        {
            MaintenanceReport.WriteRate("vault entries", summary.VaultEntries, summary.Elapsed);
        }

        return MaintenanceVerb.End(summary.Left);
    }
}
