using System.CommandLine;

namespace FetchEtl.Service;

/// <summary>Creates the partitions of the days to come, and removes those past retention.</summary>
internal static class PartitionsCommand
{
    private static readonly PartitionsArguments Arguments = new();

    public static Command Create() => Verb.Create(
        "partitions",
        "Creates the partitions of user_logins for the days to come, and with --keep drops those past retention. "
        + "Names them and asks before. Run it daily. Exit code 3: a partition past retention could not be removed.",
        RunAsync,
        Arguments.Keep, Arguments.Ahead, Arguments.DetachOnly, Arguments.DryRun, Arguments.Yes, Arguments.Json)
        .WithExamples(
            "fetch-etl partitions",
            "fetch-etl partitions --keep 13months --dry-run",
            "fetch-etl partitions --keep 400d --yes --json",
            "fetch-etl partitions --keep 13months --detach-only");

    private static async Task<int> RunAsync(ParseResult parsed, string[] settings, CancellationToken cancellationToken)
    {
        var keep = Arguments.Check(parsed);
        var consent = new Consent(
            "partitions", "drops partitions", "go on", "Nothing was dropped.");
        var (isDryRun, isSure) = (parsed.GetValue(Arguments.DryRun), parsed.GetValue(Arguments.Yes));
        if (keep is not null && !isDryRun && !isSure)
        {
            consent.RequireTerminal();
        }

        if (keep is { } period)
        {
            PartitionsText.WarnOf(period, DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime));
        }

        await using var database = DatabaseSetting.Open(settings);
        var run = new PartitionsRun(database, TimeProvider.System);
        var (drops, isJson) = (!parsed.GetValue(Arguments.DetachOnly), parsed.GetValue(Arguments.Json));
        return await DatabaseWork.RunAsync(
            async () =>
            {
                var result = await run.PrepareAsync(
                    keep, parsed.GetValue(Arguments.Ahead), drops, isDryRun, cancellationToken);
                if (!isJson)
                {
                    PartitionsText.WriteCreated(result, isDryRun);
                }

                if (!isDryRun && result.Planned.Count > 0)
                {
                    if (!isSure)
                    {
                        PartitionsText.WritePlan(result, drops, StandardError.WriteLine);
                        if (!await consent.AskAsync(cancellationToken))
                        {
                            return Verb.Fail(["nothing was dropped or detached."]);
                        }
                    }

                    // At once, so that a stop leaves no partition unnamed.
                    result = await run.RemoveAsync(
                        result,
                        drops,
                        $"partitions --keep {keep}",
                        removed => PartitionsText.WriteRemoved(removed, isJson),
                        isQuiet: isJson || !Console.IsOutputRedirected,
                        cancellationToken);
                }

                PartitionsText.Write(result, drops, isDryRun, isJson);
                return result.Left.Count == 0 ? Verb.Succeeded : Verb.LeftBehind;
            },
            "creating partitions needs EXECUTE on user_logins_add_partition(date), --keep needs the role that owns the "
                + "tables. --dry-run needs neither",
            () => run.AtStop(drops),
            cancellationToken);
    }
}
