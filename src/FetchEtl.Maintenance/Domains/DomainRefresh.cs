using System.Data;
using FetchEtl.Logins;
using FetchEtl.Masking;
using Npgsql;

namespace FetchEtl.Maintenance;

/// <summary>
/// Builds a domain's table anew from <c>user_logins</c>, in one transaction: readers see the former rows until they see
/// the new ones, never a part. Erasures and rotations are followed. An interrupted refresh leaves nothing behind. Two
/// refreshes of one domain take turns.
/// </summary>
/// <param name="logins">The database. A refresh uses two sessions.</param>
/// <param name="verifier">Verifies that the keys are those of the table's masks.</param>
/// <param name="masker">The keys.</param>
/// <param name="time">The clock, which says which periods are over.</param>
public sealed class DomainRefresh(
    LoginDataSource logins, StoredMasksVerifier verifier, KeyedPiiMasker masker, TimeProvider time)
{
    /// <summary>Refreshes a domain.</summary>
    /// <param name="name">The domain's name.</param>
    /// <param name="progress">Receives how far it is.</param>
    /// <param name="cancellationToken">Ends it; the table is then as it was.</param>
    /// <returns>What the table holds now.</returns>
    /// <exception cref="MaskingRefusedException">There is no such domain, or the keys do not allow it.</exception>
    /// <exception cref="NpgsqlException">PostgreSQL rejected a statement, or could not be reached.</exception>
    public async Task<DomainSummary> RunAsync(
        string name, IProgress<DomainProgress> progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(progress);
        var started = time.GetTimestamp();
        await using var target = await OpenAsync(cancellationToken);
        await using var source = await OpenAsync(cancellationToken);
        await RequireKeysAsync(target, cancellationToken);
        var settings = await verifier.ReadSettingsAsync(target, cancellationToken);
        RequireMethods(settings);

        DomainSummary summary;
        await using (var transaction = await target.BeginTransactionAsync(
            IsolationLevel.ReadCommitted, cancellationToken))
        {
            progress.Report(new DomainProgress("waiting for another refresh", 0, null));
            var definition = await DomainCatalog.LockAsync(target, name, cancellationToken);

            // The snapshot is taken behind the lock: this refresh sees all that the one before it saw.
            await using var snapshot = await source.BeginTransactionAsync(
                IsolationLevel.RepeatableRead, cancellationToken);
            var domain = new DomainMasker(masker, definition.Name, settings.MethodOf);
            summary = await BuildAsync(source, target, definition, domain, progress, cancellationToken);
            summary = summary with { Elapsed = time.GetElapsedTime(started) };
            await DomainCatalog.RecordAsync(
                target, summary, masker.Generation, time.GetUtcNow(), cancellationToken);
            await transaction.CommitAsync(CancellationToken.None);
        }

        // Otherwise the former rows stay in the table's files for as long as autovacuum likes.
        await target.ExecuteAsync(new DomainSql(summary.Definition).Vacuum, CancellationToken.None);
        return summary;
    }

    private async Task<DomainSummary> BuildAsync(
        LoginDatabase source,
        LoginDatabase target,
        DomainDefinition definition,
        DomainMasker domain,
        IProgress<DomainProgress> progress,
        CancellationToken cancellationToken)
    {
        var sql = new DomainSql(definition);
        var until = definition.Period.ShownUntil(Today(), definition.LagDays);
        await target.ExecuteAsync(DomainSql.Plan, cancellationToken);
        await target.ExecuteAsync(DomainSql.CreateStaged, cancellationToken);
        var staging = new DomainStaging(definition, domain);
        var (notYet, undated) = await staging.RunAsync(source, target, until, progress, cancellationToken);

        progress.Report(new DomainProgress("grouping", 0, null));
        await target.ExecuteAsync(DomainSql.CreateGroups, cancellationToken);
        await target.ExecuteAsync(DomainSql.Analyze, cancellationToken);
        var hidden = await HideAsync(target, sql, definition.MinK, cancellationToken);
        var withheld = await CountAsync(target, DomainSql.CountWithheld, cancellationToken);

        progress.Report(new DomainProgress("writing", 0, null));
        await target.ExecuteAsync(sql.Delete, cancellationToken);
        var rows = await target.ExecuteAsync(sql.Insert, cancellationToken);
        var reduced = await CountAsync(target, sql.CountReduced, cancellationToken);
        return new DomainSummary(
            definition, until, rows, reduced, hidden, withheld, notYet, undated, TimeSpan.Zero);
    }

    /// <summary>Decides what is withheld, and returns how many masks.</summary>
    private static async Task<long> HideAsync(
        LoginDatabase target, DomainSql sql, int minK, CancellationToken cancellationToken)
    {
        if (minK == 1)
        {
            await target.ExecuteAsync(DomainSql.ShowAll, cancellationToken);
            return 0;
        }

        for (var level = 0; level < DomainGroups.Levels; level++)
        {
            await target.ExecuteAsync(sql.SetLevel(level), cancellationToken);
        }

        var hidden = 0L;
        foreach (var column in sql.Masks)
        {
            await target.ExecuteAsync(sql.Hide(column), cancellationToken);
            hidden += await CountAsync(target, DomainSql.CountHidden(column), cancellationToken);
        }

        return hidden;
    }

    private static async Task<long> CountAsync(
        LoginDatabase database, string sql, CancellationToken cancellationToken) =>
        (await database.QueryAsync(sql, static reader => reader.GetInt64(0), cancellationToken))[0];

    private async Task RequireKeysAsync(LoginDatabase database, CancellationToken cancellationToken)
    {
        var found = await verifier.InspectAsync(database, cancellationToken);
        IReadOnlyList<string> problems = found.Unregistered.Count == 0 ? found.Problems :
        [
            .. found.Problems,
            $"masking_generations does not hold generation {found.Unregistered[^1]} of the settings yet: run "
                + "'fetch-etl keys register' first.",
        ];
        if (problems.Count > 0)
        {
            throw new MaskingRefusedException(problems);
        }
    }

    /// <summary>
    /// Masks are lifted to this process's methods: other ones than the table's would make equal values unequal. Other
    /// settings, such as the vault's key, do not matter here.
    /// </summary>
    private void RequireMethods(TableSettings settings)
    {
        string[] problems =
        [
            .. from field in PiiFields.All
               let recorded = settings.MethodOf(masker.Generation, field)
               where recorded != masker.MethodOf(field)
               select $"Masking:Method of {field.Name()} is {masker.MethodOf(field)}, and generation "
                   + $"{masker.Generation} of user_logins was written with {recorded}: set it as the service has it.",
        ];
        if (problems.Length > 0)
        {
            throw new MaskingRefusedException(problems);
        }
    }

    private DateOnly Today() => DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);

    private async Task<LoginDatabase> OpenAsync(CancellationToken cancellationToken)
    {
        var database = logins.Create();
        await database.OpenAsync(cancellationToken);
        return database;
    }
}
