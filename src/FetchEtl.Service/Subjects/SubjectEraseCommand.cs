using System.CommandLine;
using System.Text.Json;
using FetchEtl.Maintenance;
using Npgsql;

namespace FetchEtl.Service;

/// <summary>Erases a person's data.</summary>
internal static class SubjectEraseCommand
{
    private static readonly SubjectArguments Arguments = new();

    private static readonly Option<bool> DeleteRows = new("--delete-rows")
    {
        Description = "Delete the rows. Without it they stay, with random masks and a random user id.",
    };

    private static readonly Option<bool> Yes = new("--yes") { Description = "Do not ask before data is erased." };

    private static readonly Option<bool> DryRun = new DeadArguments().DryRun;

    /// <summary>What no verb of this program reaches.</summary>
    private static readonly string[] Remains =
    [
        "What remains, and for how long:",
        "  messages of this person that are still on the main queue: they will be written; run this again afterwards",
        "  replicas: until they have replayed the change",
        "  dead rows in PostgreSQL's files: until VACUUM has removed them and the space is used again",
        "  PostgreSQL's WAL, archived WAL and backups: as long as they are kept",
        "  payload objects in S3, and archives of SNS or EventBridge: their bodies are in the clear",
        "  the lake of 'fetch-etl export': until it is exported again; files of 'subject export'",
        "  tables and files that somebody copied, tables of domains until they are refreshed",
        "  logs, metrics and audit_log hold no value of anybody",
    ];

    public static Command Create() => Verb.Create(
        "erase",
        "Erases one person's data: deletes dead letters and sealed values, and puts random masks into the rows. Asks "
        + "first, since it cannot be undone; run it again after a stop. Exit code 3: letters or tables stay, or were "
        + "not seen.",
        RunAsync,
        Arguments.Field, PurposeOption.Purpose, DeleteRows, DryRun, Yes, Arguments.NoDeadLetters, Arguments.Force,
        Arguments.Json, Arguments.Values).WithExamples(
            "fetch-etl subject erase --field user_id --purpose 'request 88' --dry-run < user.txt",
            "fetch-etl subject erase --field user_id --purpose 'request 88' --delete-rows --yes < user.txt");

    private static Task<int> RunAsync(ParseResult parsed, string[] settings, CancellationToken cancellationToken)
    {
        var consent = new Consent("subject erase", "erases data", "erase it", "Nothing was erased.");
        var (isDryRun, isSure) = (parsed.GetValue(DryRun), parsed.GetValue(Yes));
        if (!isDryRun && !isSure)
        {
            consent.RequireTerminal();
        }

        var rights = parsed.GetValue(DeleteRows)
            ? "SELECT and DELETE on user_logins and pii_vault, SELECT and INSERT on erased_messages"
            : "SELECT and UPDATE on user_logins, SELECT and DELETE on pii_vault";
        return SubjectSession.RunAsync(
            isDryRun ? "find" : "erase",
            rights,
            Arguments,
            parsed,
            settings,
            async session =>
            {
                if (!isSure || isDryRun)
                {
                    var found = await SubjectFound.CountAsync(session, cancellationToken);
                    Write(found, session, parsed.GetValue(Arguments.Json), isDryRun);
                    if (isDryRun)
                    {
                        session.Tally = found.ToTally;
                        return found.IsComplete ? Verb.Succeeded : Verb.LeftBehind;
                    }

                    if (!await consent.AskAsync(cancellationToken))
                    {
                        return Verb.Fail(["nothing was erased."]);
                    }
                }

                return await EraseAsync(session, parsed, cancellationToken);
            },
            cancellationToken);
    }

    private static void Write(SubjectFound found, SubjectSession session, bool isJson, bool isDryRun)
    {
        if (isJson && isDryRun)
        {
            Console.WriteLine(JsonSerializer.Serialize(found, SubjectJson.Default.SubjectFound));
        }
        else if (!isJson)
        {
            found.Write(session.Letters?.Queue);
            Console.WriteLine(isDryRun ? "Nothing was changed." : "All of it will be erased. This cannot be undone.");
        }
    }

    /// <summary>
    /// The letters first, so that none is redriven meanwhile; the rows last, since they lead to the sealed values. Each
    /// batch of rows takes the values of a login that came meanwhile with it. So a run after a stop finds what is left.
    /// </summary>
    private static async Task<int> EraseAsync(
        SubjectSession session, ParseResult parsed, CancellationToken cancellationToken)
    {
        var (letters, deletes) = (session.Letters, parsed.GetValue(DeleteRows));
        await session.RequireSearchableAsync(cancellationToken);
        session.Tally = () => session.Erased;
        var isLeft = letters is not null && await letters.RunAsync(deletes: true, found: null, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        await session.Vault.EraseAsync(cancellationToken);
        await EraseRowsAsync(session.Rows, session, deletes, cancellationToken);
        var tables = await ErasePastAsync(session, deletes, cancellationToken);
        isLeft |= tables.Count > 0;
        var erased = session.Erased;
        if (parsed.GetValue(Arguments.Json))
        {
            Console.WriteLine(JsonSerializer.Serialize(
                new SubjectErased(
                    deletes ? 0 : erased.Rows, deletes ? erased.Rows : 0, erased.SealedValues, letters?.Deleted, tables,
                    !isLeft),
                SubjectJson.Default.SubjectErased));
        }
        else
        {
            Console.WriteLine(
                $"{(deletes ? "Rows deleted" : "Rows with random masks now")}: {Words.Number(erased.Rows)}. "
                + $"Sealed values deleted: {Words.Number(erased.SealedValues)}."
                + (letters is null ? string.Empty : $" Dead letters deleted: {Words.Number(letters.Deleted)}."));
            Console.WriteLine(Remains[0]);
            foreach (var table in tables)
            {
                Console.WriteLine($"  rows in {table.Name}, which was not erased: {table.Problem}");
            }

            Array.ForEach(Remains[1..], Console.WriteLine);
        }

        if (letters?.Problem is { } problem)
        {
            return Verb.Fail([$"not all dead letters were deleted: {problem.TrimEnd('.')}. Run it again."]);
        }

        if (letters?.OfOtherQueues > 0)
        {
            StandardError.WriteLine(
                $"fetch-etl: {Words.Number(letters.OfOtherQueues)} dead letters came from another queue and stay. "
                + "Remedy: name that one in Sqs:QueueName.");
        }

        return isLeft ? Verb.LeftBehind : Verb.Succeeded;
    }

    private static async Task EraseRowsAsync(
        SubjectRows rows, SubjectSession session, bool deletes, CancellationToken cancellationToken)
    {
        if (deletes)
        {
            await rows.DeleteAsync(session.Vault, SayWaiting, cancellationToken);
        }
        else
        {
            await rows.MaskAgainAsync(new RandomMask(), session.Vault, progress: null, cancellationToken);
        }
    }

    /// <summary>Erases in the kept table of a conversion and in detached partitions.</summary>
    /// <returns>The tables that still can hold the person's rows.</returns>
    private static async Task<IReadOnlyList<PastTable>> ErasePastAsync(
        SubjectSession session, bool deletes, CancellationToken cancellationToken)
    {
        var left = session.PastTables.Where(table => table.Problem is not null).ToList();
        foreach (var rows in session.PastRows)
        {
            try
            {
                await EraseRowsAsync(rows, session, deletes, cancellationToken);
            }
            catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.InsufficientPrivilege)
            {
                if (await session.MayChangeAsync(rows.Table, deletes, cancellationToken))
                {
                    throw;
                }

                left.Add(new PastTable(rows.Table, PastTable.NotWritable));
            }
        }

        left.AddRange(await session.ListNewAsync(cancellationToken));
        left.ForEach(PastTableFound.Warn);
        return left;
    }

    private static void SayWaiting(int transactions) => StandardError.WriteLine(
        $"fetch-etl: waits for {Words.Count(transactions, "transaction")} of other sessions that write to "
        + "user_logins.");
}
