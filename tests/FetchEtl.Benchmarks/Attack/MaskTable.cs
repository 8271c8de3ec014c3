using Npgsql;

namespace FetchEtl.Benchmarks;

/// <summary>A table of masks. The attacker may read it and has nothing else.</summary>
/// <param name="source">The table's database.</param>
/// <param name="name">The table's name, with or without a schema.</param>
internal sealed class MaskTable(NpgsqlDataSource source, string name)
{
    private readonly string _quoted = string.Join('.', name.Split('.').Select(Quote));

    /// <summary>Creates the table with the mask columns of <c>user_logins</c> and fills it.</summary>
    public async Task FillAsync(
        IReadOnlyCollection<string?> ips, IReadOnlyCollection<string?> deviceIds, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(
            $"""
            CREATE TABLE {_quoted} (
                {AttackedField.Ip.Column} varchar(256),
                {AttackedField.DeviceId.Column} varchar(256));
            INSERT INTO {_quoted} SELECT * FROM unnest(@ips, @device_ids)
            """);
        command.Parameters.AddWithValue("ips", ips.ToArray());
        command.Parameters.AddWithValue("device_ids", deviceIds.ToArray());
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Reads the distinct masks of a column.</summary>
    /// <exception cref="NpgsqlException">
    /// The table or the column does not exist, or the role may not read it.
    /// </exception>
    public async Task<IReadOnlyList<string>> ReadAsync(string column, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(
            $"SELECT DISTINCT {Quote(column)} FROM {_quoted} WHERE {Quote(column)} IS NOT NULL");
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
