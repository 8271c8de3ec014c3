using Npgsql;

namespace FetchEtl.Benchmarks;

/// <summary>All that the attacker has: the right to read a table.</summary>
/// <param name="source">Its database.</param>
/// <param name="name">Its name, with or without a schema.</param>
internal sealed class MaskTable(NpgsqlDataSource source, string name)
{
    private readonly string _quoted = string.Join('.', name.Split('.').Select(Quote));

    /// <summary>Makes the table, in the form of <c>user_logins</c>, and fills it.</summary>
    public async Task FillAsync(
        IReadOnlyCollection<string?> ips, IReadOnlyCollection<string?> deviceIds, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(
            $"""
            CREATE TABLE {_quoted} ({AttackedField.Ip.Column} varchar(256), {AttackedField.DeviceId.Column} varchar(256));
            INSERT INTO {_quoted} SELECT * FROM unnest(@ips, @device_ids)
            """);
        command.Parameters.AddWithValue("ips", ips.ToArray());
        command.Parameters.AddWithValue("device_ids", deviceIds.ToArray());
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The distinct masks of a column.</summary>
    /// <exception cref="NpgsqlException">No such table or column, or no right to read it.</exception>
    public async Task<IReadOnlyList<string>> ReadAsync(string column, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand($"SELECT DISTINCT {Quote(column)} FROM {_quoted} WHERE {Quote(column)} IS NOT NULL");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var masks = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
        {
            masks.Add(reader.GetString(0));
        }

        return masks;
    }

    private static string Quote(string identifier)
    {
        using var builder = new NpgsqlCommandBuilder();
        return builder.QuoteIdentifier(identifier);
    }
}
