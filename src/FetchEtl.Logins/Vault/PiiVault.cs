using System.Data;
using Npgsql;

namespace FetchEtl.Logins;

/// <summary>
/// Stores the values behind masks in <c>pii_vault</c>, one for each mask and field, sealed so that this process cannot
/// read them back, and signed so that only a holder of the keys can add one. Thread-safe.
/// </summary>
public sealed class PiiVault
{
    private readonly SealingKey _key;
    private readonly VaultSigner _signer;

    private PiiVault(SealingKey key, VaultSigner signer)
    {
        _key = key;
        _signer = signer;
    }

    /// <summary>Creates the vault that settings configure.</summary>
    /// <param name="options">Valid settings.</param>
    /// <returns>The vault; null where <see cref="VaultOptions.PublicKeyFile"/> is not set.</returns>
    /// <exception cref="InvalidDataException">
    /// The public key cannot be read; see <see cref="SealingKey.Read"/>.
    /// </exception>
    /// <exception cref="MaskingRefusedException">There is no masking key, which signs what is sealed.</exception>
    public static PiiVault? Of(MaskingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.HasVault
            ? new PiiVault(SealingKey.Read(options.Vault.PublicKeyFile!), VaultSigner.Of(options))
            : null;
    }

    /// <summary>
    /// Writes rows and the values behind their masks in one transaction. A row that the table already holds adds
    /// nothing to the vault either: a redelivered message must not bring back an erased value.
    /// </summary>
    /// <returns>The number of rows that were new.</returns>
    internal async Task<int> InsertAsync(
        LoginDatabase database,
        DurableInsert insert,
        IReadOnlyList<PendingLogin> logins,
        CancellationToken cancellationToken)
    {
        // Stated whatever the role's default: at a stricter level, a value that another writer seals at the same time
        // is an error.
        await using var transaction =
            await database.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        var inserted = await insert.InsertReturningAsync(database, logins, cancellationToken);
        var added = inserted.ToHashSet();
        var values = logins.Where(login => added.Remove(login.Login.MessageId)).SelectMany(login => login.Values);
        await SealAsync(database, values, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return inserted.Count;
    }

    /// <summary>Seals the values whose masks the vault lacks, in the transaction that is open.</summary>
    /// <param name="database">A session with an open transaction.</param>
    /// <param name="values">Any number of values; repetitions are skipped.</param>
    /// <param name="cancellationToken">Cancels the statement under way.</param>
    /// <returns>The number of values that were new.</returns>
    /// <exception cref="MaskingRefusedException">The table is not as the migrations create it.</exception>
    /// <exception cref="NpgsqlException">PostgreSQL rejected a statement, or could not be reached.</exception>
    public async Task<int> SealAsync(
        LoginDatabase database, IEnumerable<VaultValue> values, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(values);

        // All writers insert in one order: otherwise two with the same masks would wait for each other.
        var wanted = values
            .DistinctBy(value => (value.Mask, value.Field))
            .OrderBy(value => value.Mask, StringComparer.Ordinal)
            .ThenBy(value => value.Field.Name(), StringComparer.Ordinal)
            .ToArray();
        if (wanted.Length == 0)
        {
            return 0;
        }

        var connection = database.Connection;
        try
        {
            var missing = await FindMissingAsync(connection, database.Tables, wanted, cancellationToken);
            return missing.Length == 0 ? 0 : await InsertAsync(connection, database.Tables, missing, cancellationToken);
        }
        catch (PostgresException exception)
            when (DatabaseFaults.Classify(exception) is { Kind: FaultKind.Refused } fault)
        {
            // user_logins took the same masks, so the values are not at fault, and no login may be rejected for it.
            throw new MaskingRefusedException(
                [$"pii_vault is not as expected (SQLSTATE {fault.SqlState}): recreate it as the migrations do."]);
        }
    }

    private static async Task<VaultValue[]> FindMissingAsync(
        NpgsqlConnection connection, LoginTables tables, VaultValue[] wanted, CancellationToken cancellationToken)
    {
        await using var command = Command(
            connection,
            $"""
            SELECT position::integer - 1
            FROM unnest(@masks, @fields) WITH ORDINALITY AS wanted (mask, field, position)
            WHERE NOT EXISTS (SELECT FROM {tables.PiiVault} AS held
                WHERE held.mask::text = wanted.mask AND held.field::text = wanted.field)
            ORDER BY position
            """,
            wanted);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var missing = new List<VaultValue>();
        while (await reader.ReadAsync(cancellationToken))
        {
            missing.Add(wanted[reader.GetInt32(0)]);
        }

        return [.. missing];
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, VaultValue[] values)
    {
        return new NpgsqlCommand(sql, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<string[]>("masks", Array.ConvertAll(values, value => value.Mask)),
                new NpgsqlParameter<string[]>("fields", Array.ConvertAll(values, value => value.Field.Name())),
            },
        };
    }

    private async Task<int> InsertAsync(
        NpgsqlConnection connection, LoginTables tables, VaultValue[] missing, CancellationToken cancellationToken)
    {
        await using var command = Command(
            connection,
            $"""
            INSERT INTO {tables.PiiVault} (mask, field, sealed, generation, key_id, signature)
            SELECT v.mask, v.field, v.sealed, pg_catalog.split_part(v.mask, ':', 1)::integer, @key, v.signature
            FROM unnest(@masks, @fields, @sealed, @signatures) AS v (mask, field, sealed, signature)
            ON CONFLICT (mask, field) DO NOTHING
            """,
            missing);
        var seals = Array.ConvertAll(missing, value => value.Seal(_key, _signer));
        command.Parameters.Add(new NpgsqlParameter<byte[][]>("sealed", Array.ConvertAll(seals, seal => seal.Sealed)));
        command.Parameters.Add(
            new NpgsqlParameter<byte[][]>("signatures", Array.ConvertAll(seals, seal => seal.Signature)));
        command.Parameters.Add(new NpgsqlParameter<string>("key", _key.KeyId));
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
