using FetchEtl.Logins;
using FetchEtl.Migrations;

namespace FetchEtl.Service;

/// <summary>The part of <c>migrate</c> that partitions the table.</summary>
internal static class PartitionStep
{
    private const string Untouched = "The table was not partitioned.";
    private const string KeptUntouched = "The old table is kept.";

    private static readonly Consent Consent =
        new("migrate", "partitions a table with rows", "partition it", Untouched);

    private static readonly Consent DropConsent =
        new("migrate --drop-old", "drops a table with rows", "drop it", KeptUntouched);

    /// <summary>Does what the options say.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="VerbStoppedException">It was stopped.</exception>
    public static async Task<int> RunAsync(
        string database, PartitionArguments arguments, CancellationToken cancellationToken)
    {
        await using var conversion = await PartitionConversion.OpenAsync(
            database, Console.WriteLine, TimeProvider.System, cancellationToken);
        var (state, had) = await conversion.ReadStateAsync(cancellationToken);
        if (arguments.GivesUp)
        {
            Console.WriteLine(await conversion.GiveUpAsync(cancellationToken)
                ? "The conversion to partitions was given up. user_logins is as before, and in use."
                : state == PartitionState.Partitioned
                    ? throw new UsageException(
                        "user_logins is partitioned, and FetchEtl cannot make it one table again.")
                    : "No conversion to partitions is under way.");
            return Verb.Succeeded;
        }

        if (arguments.Interval is { } interval)
        {
            if (state == PartitionState.Plain
                && !await MayBeginAsync(conversion, interval, arguments, cancellationToken))
            {
                return Verb.Fail([$"Not confirmed. {Untouched}"]);
            }

            if (state == PartitionState.UnderWay && arguments is { DropsOld: true, IsSure: false })
            {
                // Rather now than after hours.
                DropConsent.RequireTerminal();
            }

            await ConvertAsync(conversion, interval, cancellationToken);
            Console.WriteLine(state == PartitionState.Partitioned
                ? $"user_logins is partitioned by {Words.Of(interval)} already: nothing to do."
                : $"user_logins is partitioned by {Words.Of(interval)}. Services that run continue with it.");
        }
        else if (state == PartitionState.UnderWay)
        {
            Console.WriteLine(
                $"A conversion to partitions is under way: 'fetch-etl migrate --partition-by {Words.Of(had!.Value)}' "
                + "continues it. Rows of user_logins are neither changed nor deleted until then.");
        }

        return await EndAsync(conversion, arguments, cancellationToken);
    }

    private static async Task<int> EndAsync(
        PartitionConversion conversion, PartitionArguments arguments, CancellationToken cancellationToken)
    {
        if (arguments.DropsOld)
        {
            if (!await MayDropAsync(conversion, arguments, cancellationToken))
            {
                return Verb.Fail([$"Not confirmed. {KeptUntouched}"]);
            }

            Console.WriteLine(await conversion.DropKeptAsync(cancellationToken)
                ? $"{PartitionConversion.Kept} was dropped."
                : $"There is no {PartitionConversion.Kept} to drop.");
        }
        else if (await conversion.HasKeptAsync(cancellationToken))
        {
            Console.WriteLine(
                $"The old table is kept as {PartitionConversion.Kept}, with all its rows, which only its owner may "
                + "read. Look at the new table, then run 'fetch-etl migrate --drop-old'.");
        }

        return Verb.Succeeded;
    }

    private static async Task<bool> MayDropAsync(
        PartitionConversion conversion, PartitionArguments arguments, CancellationToken cancellationToken)
    {
        if (await conversion.ReadKeptAsync(cancellationToken) is not { Rows: > 0 } kept)
        {
            return true;
        }

        Console.WriteLine(
            $"{PartitionConversion.Kept} has {Words.Count(kept.Rows, "row")}, {Words.Bytes(kept.Bytes)}. user_logins "
            + $"has {Words.Count(kept.NewRows, "row")}.");
        if (kept.NewRows < kept.Rows)
        {
            Warnings.Write(
                $"user_logins has {Words.Count(kept.Rows - kept.NewRows, "row")} fewer than the old table. Look "
                + "whether retention or erasures removed them: the old table is dropped with its rows");
        }

        return arguments.IsSure || await DropConsent.AskAsync(cancellationToken);
    }

    private static async Task<bool> MayBeginAsync(
        PartitionConversion conversion,
        PartitionInterval interval,
        PartitionArguments arguments,
        CancellationToken cancellationToken)
    {
        var plan = await conversion.PlanAsync(interval, cancellationToken);
        if (plan.Rows == 0)
        {
            return true;
        }

        var (rows, partitions) = (Words.Count(plan.Rows, "row"), Words.Count(plan.Partitions, "partition"));
        Console.WriteLine(
            $"""
            user_logins has {rows}, which need {partitions} by {Words.Of(interval)}.
            They are copied while services go on inserting.
            Disk space on the server: {Words.Bytes(plan.Bytes)}, and about twice that for the write-ahead log.
            Until the end, rekey, adopt, erase and subject erase are refused on user_logins.
            The old table is kept as {PartitionConversion.Kept}.
            """);
        return arguments.IsSure || await Consent.AskAsync(cancellationToken);
    }

    private static async Task ConvertAsync(
        PartitionConversion conversion, PartitionInterval interval, CancellationToken cancellationToken)
    {
        PartitionDisplay? progress = null;
        try
        {
            await ProgressDisplay.RunAsync("partitioning", "blocks", async display =>
            {
                await conversion.RunAsync(interval, progress = new PartitionDisplay(display), cancellationToken);
                return true;
            });
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new VerbStoppedException(
                $"stopped {progress?.Place() ?? "before the first row"}. What is copied stays copied, and user_logins "
                + "is in use as before; run 'fetch-etl migrate --partition-by "
                + $"{Words.Of(interval)}' again to continue, or with none to give up.");
        }
    }

    /// <summary>Passes the progress on, and remembers it for a stop.</summary>
    private sealed class PartitionDisplay(IProgress<WorkProgress> display) : IProgress<PartitionProgress>
    {
        private PartitionProgress? _last;

        public void Report(PartitionProgress value)
        {
            _last = value;
            display.Report(new WorkProgress(value.Done, value.Total, value.Stage));
        }

        public string? Place() => _last is { } last
            ? $"at {Words.Number(last.Done)} of {Words.Number(last.Total)}, {last.Stage}"
            : null;
    }
}
