using System.Data;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace FetchEtl.Logins;

/// <summary>
/// Keeps in <c>pii_vault</c> what masks stand for, once a mask and field, sealed so that this process can't read it back.
/// Thread-safe.
/// </summary>
internal sealed class PiiVault(SealingKey key)
{
    private const string FindMissing =
        """
        SELECT position::integer - 1
        FROM unnest(@masks, @fields) WITH ORDINALITY AS wanted (mask, field, position)
        WHERE NOT EXISTS (SELECT FROM pii_vault WHERE pii_vault.mask = wanted.mask AND pii_vault.field = wanted.field)
        ORDER BY position
        """;

    private const string Insert =
        """
        INSERT INTO pii_vault (mask, field, sealed) SELECT * FROM unnest(@masks, @fields, @sealed)
        ON CONFLICT (mask, field) DO NOTHING
        """;

    /// <summary>The vault that settings ask for; null where they ask for none.</summary>
    /// <param name="options">Valid ones.</param>
    /// <exception cref="InvalidDataException">The key can't be read any more.</exception>
    public static PiiVault? Of(MaskingOptions options)
    {
        if (!options.HasVault)
        {
            return null;
        }

        using var publicKey = VaultPublicKey.Read(options.Vault.PublicKeyFile!);
        return new PiiVault(new SealingKey(publicKey));
    }

    /// <summary>
    /// Writes rows and what their masks stand for in one transaction. A row that is there already adds nothing to the vault
    /// either: delivered again, a message must not bring back what was erased.
    /// </summary>
    /// <returns>The number of rows that were new.</returns>
    public async Task<int> InsertAsync(LoginDbContext database, IReadOnlyList<PendingLogin> logins, CancellationToken cancellationToken)
    {
        // Whatever the role's default: only here does a value that another writer seals at the same time make no error.
        await using var transaction = await database.Database.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        var inserted = await database.InsertReturningAsync([.. logins.Select(login => login.Login)], cancellationToken);
        var added = inserted.ToHashSet();
        var values = logins.Where(login => added.Remove(login.Login.MessageId)).SelectMany(login => login.Values);
        await SealAsync(database, values, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return inserted.Count;
    }

    /// <summary>Seals those values whose masks the vault lacks, within the transaction that is open.</summary>
    /// <param name="database">With a transaction open.</param>
    /// <param name="values">Any number, repeated or not.</param>
    /// <param name="cancellationToken">Cancels the statement under way.</param>
    /// <returns>The number of values that were new.</returns>
    /// <exception cref="MaskingRefusedException">The table is not as the migrations make it.</exception>
    /// <exception cref="NpgsqlException">PostgreSQL refused a statement, or could not be reached.</exception>
    public async Task<int> SealAsync(LoginDbContext database, IEnumerable<VaultValue> values, CancellationToken cancellationToken)
    {
        // All writers in one order, or two with the same masks would wait for each other.
        var wanted = values
            .DistinctBy(value => (value.Mask, value.Field))
            .OrderBy(value => value.Mask, StringComparer.Ordinal)
            .ThenBy(value => value.Field.Name(), StringComparer.Ordinal)
            .ToArray();
        if (wanted.Length == 0)
        {
            return 0;
        }

        var connection = (NpgsqlConnection)database.Database.GetDbConnection();
        try
        {
            var missing = await FindMissingAsync(connection, wanted, cancellationToken);
            return missing.Length == 0 ? 0 : await InsertAsync(connection, missing, cancellationToken);
        }
        catch (PostgresException exception) when (DatabaseFaults.Classify(exception) is { Kind: FaultKind.Data } fault)
        {
            // The masks have passed user_logins, so this is no fault of theirs, and no login may be given up for it.
            throw new MaskingRefusedException([$"pii_vault is not as expected (SQLSTATE {fault.SqlState}): make it as in the migrations."]);
        }
    }

    private static async Task<VaultValue[]> FindMissingAsync(NpgsqlConnection connection, VaultValue[] wanted, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, FindMissing, wanted);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var missing = new List<VaultValue>();
        while (await reader.ReadAsync(cancellationToken))
        {
            missing.Add(wanted[reader.GetInt32(0)]);
        }

        return [.. missing];
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, VaultValue[] values) => new(sql, connection)
    {
        Parameters =
        {
            new NpgsqlParameter<string[]>("masks", Array.ConvertAll(values, value => value.Mask)),
            new NpgsqlParameter<string[]>("fields", Array.ConvertAll(values, value => value.Field.Name())),
        },
    };

    private async Task<int> InsertAsync(NpgsqlConnection connection, VaultValue[] missing, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, Insert, missing);
        command.Parameters.Add(new NpgsqlParameter<byte[][]>("sealed", Array.ConvertAll(missing, value => value.Seal(key))));
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
