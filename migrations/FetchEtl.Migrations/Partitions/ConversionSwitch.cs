using Npgsql;

namespace FetchEtl.Migrations;

/// <summary>Puts the partitioned copy in the place of the table.</summary>
/// <param name="session">The session, in a transaction.</param>
/// <param name="source">The table.</param>
internal sealed class ConversionSwitch(ConversionSession session, ConversionSource source)
{
    /// <summary>Gives the copy the place of the table. Other sessions wait meanwhile, for some milliseconds.</summary>
    /// <remarks>
    /// The table comes first: its writers hold it when their rows are mirrored, so the other order would be a deadlock.
    /// While it is held, no other lock may take long. Partitions are locked only where others' triggers go onto them.
    /// </remarks>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        await session.ExecuteAsync(
            $"""
            SET LOCAL search_path = pg_catalog;
            LOCK TABLE {session.Qualified("user_logins")} IN ACCESS EXCLUSIVE MODE;
            SET LOCAL lock_timeout = '100ms';
            LOCK TABLE ONLY {session.Qualified(ConversionSql.Target)} IN ACCESS EXCLUSIVE MODE
            """,
            cancellationToken);
        await source.RequireUnchangedAsync(cancellationToken);

        // What names user_logins now will name the table that has the name then.
        var named = new NpgsqlParameter<string>("target", session.Qualified("user_logins"));
        var views = await session.ReadAsync(CarriedOver.Views, cancellationToken, session.Old);
        var behaviour = await session.ReadAsync(
            CarriedOver.Behaviour,
            cancellationToken,
            session.Old,
            named,
            new NpgsqlParameter<string[]>("triggers", [.. ConversionSql.Triggers]));
        var sequences = await session.ReadAsync(CarriedOver.Sequences, cancellationToken, session.Old, named.Clone());
        var grants = await session.ReadAsync(
            CarriedOver.Grants,
            cancellationToken,
            session.Old,
            named.Clone(),
            session.Name("function", PartitionSql.AddPartition));
        var indexes = await session.ReadAsync(CarriedOver.IndexNames, cancellationToken, session.Old);
        await session.ExecuteAsync(ConversionSql.ChangePlaces(session.Schema), cancellationToken);
        await session.ExecuteEachAsync(
            [.. indexes, .. views, .. behaviour, .. sequences, .. grants], cancellationToken);
        await session.RevokeAsync(ConversionSql.Kept, cancellationToken);
        return true;
    }
}
