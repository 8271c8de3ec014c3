using System.CommandLine;
using FetchEtl.Logins;
using FetchEtl.Maintenance;
using FetchEtl.Masking;
using Microsoft.Extensions.Options;

namespace FetchEtl.Service;

/// <summary>A person and all places that may hold the person's data, opened and audited.</summary>
internal sealed class SubjectSession
{
    private readonly LoginDatabase _database;

    private SubjectSession(
        LoginDatabase database,
        Subject subject,
        IPiiMasker masker,
        DeadHost? host,
        LetterQueue? queue,
        IReadOnlyList<PastTable> past)
    {
        _database = database;
        Subject = subject;
        Rows = new SubjectRows(database, subject, TimeProvider.System);
        PastTables = past;
        PastRows =
        [
            .. past.Where(table => table.Problem is null)
                .Select(table => new SubjectRows(database, subject, TimeProvider.System, table.Name)),
        ];
        Vault = new SubjectVault(database, subject, masker)
        {
            Tables = [Rows.Table, .. PastRows.Select(rows => rows.Table)],
        };
        Letters = host is null ? null : new SubjectLetters(host, queue!, subject);
    }

    public Subject Subject { get; }

    public SubjectRows Rows { get; }

    /// <summary>The kept table of a conversion and detached partitions, also those that cannot be searched.</summary>
    public IReadOnlyList<PastTable> PastTables { get; }

    /// <summary>The rows of those that can be searched.</summary>
    public IReadOnlyList<SubjectRows> PastRows { get; }

    /// <summary>Says what was shown or changed so far, for <c>audit_log</c>. A failure or a stop keeps that.</summary>
    public Func<SubjectTally> Tally { get; set; } = static () => new(0, 0, 0);

    /// <summary>What was erased so far.</summary>
    public SubjectTally Erased =>
        new(Rows.Changed + PastRows.Sum(rows => rows.Changed), Letters?.Deleted ?? 0, Vault.Erased);

    public SubjectVault Vault { get; }

    /// <summary>The dead letters; null where they are left out.</summary>
    public SubjectLetters? Letters { get; }

    /// <summary>
    /// Refuses an erasure that could delete a sealed value which another person's row needs, in a past table that
    /// cannot be searched for it.
    /// </summary>
    /// <exception cref="MaskingRefusedException">There is such a table, and the vault has entries.</exception>
    public async Task RequireSearchableAsync(CancellationToken cancellationToken)
    {
        if (PastTables.FirstOrDefault(table => table.Problem is not null) is { } hidden
            && await Vault.HasEntriesAsync(cancellationToken))
        {
            throw new MaskingRefusedException(
            [
                $"{hidden.Name} cannot be searched: {hidden.Problem}. Rows of others there can need sealed values that "
                    + "only this person's rows seem to have. Grant the role SELECT, UPDATE and DELETE on it, or use "
                    + "the role of its owner, or drop the table. Nothing was erased.",
            ]);
        }
    }

    /// <summary>Whether the role may change the rows of a past table.</summary>
    public Task<bool> MayChangeAsync(string table, bool deletes, CancellationToken cancellationToken) =>
        PastTable.MayChangeAsync(_database, table, deletes, cancellationToken);

    /// <summary>Lists the past tables that a run did not see: retention detached them meanwhile.</summary>
    public async Task<IReadOnlyList<PastTable>> ListNewAsync(CancellationToken cancellationToken) =>
    [
        .. (await PastTable.ListAsync(_database, cancellationToken))
            .Where(table => PastTables.All(seen => seen.Name != table.Name))
            .Select(table => table with { Problem = "it was detached meanwhile" }),
    ];

    /// <summary>
    /// Opens everything that can fail before the first effect, writes the entry in <c>audit_log</c>, and runs a verb.
    /// </summary>
    /// <param name="verb">The verb, such as <c>find</c>.</param>
    /// <param name="rights">Its rights on the tables, for the error text.</param>
    /// <param name="arguments">The options.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="run">The work.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="UsageException">Something is missing.</exception>
    /// <exception cref="MaskingRefusedException">The keys are not those of the table.</exception>
    public static async Task<int> RunAsync(
        string verb,
        string rights,
        SubjectArguments arguments,
        ParseResult parsed,
        string[] settings,
        Func<SubjectSession, Task<int>> run,
        CancellationToken cancellationToken)
    {
        var (purpose, field) = (PurposeOption.Read(parsed), arguments.ReadField(parsed));
        var masking = new MaskingOptions();
        var configuration = ServiceHost.Create(settings).Configuration;
        configuration.ReadMaskingOnly(masking, cancellationToken);
        if (masking.Method == MaskingMethod.Hmac && !masking.HasKeys)
        {
            throw new UsageException(
                "Masking:Keys or Masking:KeyFiles must hold the keys of all generations, as the service has them: "
                + "without them a value cannot be found. Nothing was changed.");
        }

        var masker = PiiMaskers.Create(masking);
        Warnings.OfKeyFiles(masking);
        await using var database = DatabaseSetting.Open(DatabaseSetting.Read(configuration));
        using var host = parsed.GetValue(arguments.NoDeadLetters)
            ? null
            : DeadHost.Create(settings, needsKeys: true, cancellationToken);
        return await DatabaseWork.RunAsync(
            async () =>
            {
                var verifier = new StoredMasksVerifier(
                    masker, Options.Create(new LoginsOptions { Masking = masking }));
                await verifier.CheckKeysAsync(database, cancellationToken);
                var queue = host is null
                    ? null
                    : (await host.FindQueueAsync(cancellationToken)).RefusePolicy(parsed.GetValue(arguments.Force));
                var values = await arguments.ReadValuesAsync(parsed, cancellationToken);
                var session = new SubjectSession(
                    database,
                    new Subject(masker, field, values),
                    masker,
                    host,
                    queue,
                    await PastTable.ListAsync(database, cancellationToken));
                return await new AuditTrail(database, $"subject {verb}", purpose).RunAsync(
                    field.Name(),
                    values.Count,
                    () => run(session),
                    () => session.Tally().Outcome,
                    cancellationToken);
            },
            $"grant it {rights}, SELECT on masking_generations, and {AuditTrail.Rights}",
            stopped: null,
            cancellationToken);
    }
}
