using Npgsql;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>Reads the table without EF Core.</summary>
internal static class FuzzRows
{
    private const string BadRows =
        "SELECT count(*) FROM user_logins WHERE masked_ip !~ '^1:[0-9a-f]{64}$' "
        + "OR masked_device_id !~ '^1:[0-9a-f]{64}$' OR message_id IS NULL";

    /// <summary>Checks the form of all masks, returns all rows and truncates the table.</summary>
    public static async Task<List<FuzzLogin>> TakeAsync(string connectionString)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var bad = source.CreateCommand(BadRows);
        Assert.Equal(0L, await bad.ExecuteScalarAsync());

        var rows = new List<FuzzLogin>();
        await using (
            var select = source.CreateCommand("SELECT user_id, device_type, locale, app_version FROM user_logins"))
        await using (var reader = await select.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                rows.Add(new(reader.GetString(0), Text(1), Text(2), reader.GetInt32(3)));
            }

            string? Text(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
        }

        await using var truncate = source.CreateCommand("TRUNCATE user_logins");
        await truncate.ExecuteNonQueryAsync();
        return rows;
    }

    /// <summary>Checks that each body with an expected login has exactly one row, with its values.</summary>
    public static void Check(IEnumerable<FuzzBody> bodies, List<FuzzLogin> rows)
    {
        var byUser = rows.ToLookup(x => x.UserId);
        foreach (var body in bodies.Where(x => x.Login is not null))
        {
            var row = byUser[body.Login!.UserId].ToList();
            Assert.True(
                row is [var only] && only == body.Login,
                $"{FuzzSeed.Name(body)}: {row.Count} rows, or a row with other values.");
        }
    }
}
