using System.CommandLine;
using FetchEtl.Logins;
using FetchEtl.Maintenance;

namespace FetchEtl.Service;

/// <summary>Rekeys a table's masks, and the vault's, to the newest key.</summary>
internal static class RekeyCommand
{
    private static readonly TableArguments Arguments = new();

    private static readonly Option<bool> MessageIds = new("--message-ids")
    {
        Description = "Replace the message ids of user_logins by keyed ones instead, and change no mask.",
    };

    public static Command Create() => Verb.Create(
        "rekey",
        "Rekeys the table's masks, and the vault's, to the newest key while the service runs; with --message-ids, " +
        "the table's message ids. A second run continues an interrupted one. Exit code 3: some rows are not rekeyed.",
        RunAsync,
        Arguments.Table, Arguments.Columns, Arguments.BatchSize, MessageIds).WithExamples(
        "fetch-etl rekey --Masking:KeyFiles:0=/run/secrets/key-1 --Masking:KeyFiles:1=/run/secrets/key-2",
        "fetch-etl rekey --table old_logins --column ip=ip",
        "fetch-etl rekey --message-ids");

    private static async Task<int> RunAsync(ParseResult parsed, string[] settings, CancellationToken cancellationToken)
    {
        using var host = new MaintenanceHost(settings, cancellationToken);
        var table = parsed.GetValue(Arguments.Table)!;
        var columns = Arguments.Check(parsed, host.Options);
        if (parsed.GetValue(MessageIds))
        {
            return columns.Count == 0 && table == LoginTables.DefaultTable
                ? await MoveIdsAsync(parsed, host, cancellationToken)
                : throw new UsageException("--message-ids concerns user_logins only: leave out --table and --column.");
        }

        if (columns.Count == 0 && table != LoginTables.DefaultTable)
        {
            throw new UsageException($"--column must name the columns of {table} that hold masks, as masked_ip=ip.");
        }

        var tableSettings = await host.ReadTableAsync(cancellationToken);
        TableArguments.RequireMasked(columns, tableSettings);
        if (columns.Count == 0)
        {
            columns = MaskedColumn.OfUserLogins(tableSettings);
        }

        var rekeying = new Rekeying(host.Source, host.Verifier, host.Masker, host.Time);
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

    private static async Task<int> MoveIdsAsync(
        ParseResult parsed, MaintenanceHost host, CancellationToken cancellationToken)
    {
        if (host.Options.MessageIds == Masking.MessageIds.Raw)
        {
            throw new UsageException(
                "Masking:MessageIds is Raw, and --message-ids is about to key the table's: remove the setting, here " +
                "and for the service.");
        }

        var move = new MessageIdMove(
            host.Source,
            host.Verifier,
            host.Masker.MessageIds,
            host.Time,
            text => StandardError.WriteLine($"fetch-etl: {text}."));
        var summary = await TableProgress.RunAsync(
            "fetch-etl rekey --message-ids",
            progress => move.RunAsync(parsed.GetValue(Arguments.BatchSize), progress, cancellationToken),
            cancellationToken);
        MaintenanceReport.WriteRate("message ids", summary.Rows, summary.Elapsed);
        if (summary.Doubles > 0)
        {
            Console.WriteLine($"{Words.Count(summary.Doubles, "row")} deleted, whose message had a second row.");
        }

        return MaintenanceVerb.End(summary.Left == 0
            ? []
            : [$"{Words.Count(summary.Left, "message id")} are left as received: run it again."]);
    }
}
