using FetchEtl.Logins;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace FetchEtl.Service;

/// <summary>Compares the columns of <c>user_logins</c> with those that the service writes.</summary>
internal static class TableColumns
{
    private const string Sql =
        """
        SELECT a.attname::text, pg_catalog.format_type(a.atttypid, a.atttypmod),
            a.attnotnull AND NOT a.atthasdef AND a.attidentity::text = '' AND a.attgenerated::text = ''
        FROM pg_catalog.pg_attribute AS a
        WHERE a.attrelid = pg_catalog.to_regclass('user_logins')::oid AND a.attnum > 0 AND NOT a.attisdropped
        ORDER BY a.attnum
        """;

    private const string Migrate = "run 'fetch-etl migrate' as the owner of the tables";

    /// <returns>The columns; empty where no schema of the search path has the table.</returns>
    public static async Task<IReadOnlyList<WrittenColumn>> ReadAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var columns = new List<WrittenColumn>();
        await using var command = new NpgsqlCommand(Sql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            columns.Add(new WrittenColumn(reader.GetString(0), reader.GetString(1), reader.GetBoolean(2)));
        }

        return columns;
    }

    /// <summary>The columns of the model.</summary>
    public static IReadOnlyList<WrittenColumn> Expected()
    {
        using var context = new LoginDbContext(new DbContextOptionsBuilder<LoginDbContext>().UseNpgsql().Options);
        return
        [
            .. context.Model.FindEntityType(typeof(UserLogin))!.GetProperties()
                .Select(property => new WrittenColumn(
                    property.GetColumnName(), property.GetColumnType(), IsRequired: false)),
        ];
    }

    /// <summary>Compares them.</summary>
    /// <param name="found">The columns of the table.</param>
    /// <param name="expected">Those of the model.</param>
    /// <param name="isMigrated">Whether all migrations were applied; null where that is not known.</param>
    public static IEnumerable<Finding> Judge(
        IReadOnlyList<WrittenColumn> found, IReadOnlyList<WrittenColumn> expected, bool? isMigrated)
    {
        if (found.Count == 0)
        {
            yield return Checks.Table.Fail(
                "no schema of the search_path has user_logins",
                $"{Remedy(isMigrated, "restore it from a backup")}, or correct Search Path in "
                + "ConnectionStrings:Logins");
            yield break;
        }

        var isWell = true;
        foreach (var column in expected)
        {
            if (Problem(column, found.FirstOrDefault(other => other.Name == column.Name), isMigrated) is { } problem)
            {
                isWell = false;
                yield return problem;
            }
        }

        foreach (var column in found.Where(column => column.IsRequired))
        {
            isWell = false;
            var isOurs = expected.Any(other => other.Name == column.Name);
            yield return isOurs
                ? Checks.Table.Warn(
                    $"user_logins.{column.Name} is NOT NULL: PostgreSQL refuses a login without that value",
                    $"ALTER TABLE user_logins ALTER COLUMN {column.Name} DROP NOT NULL")
                : Checks.Table.Fail(
                    $"user_logins.{column.Name} is NOT NULL without a default, and the service does not write it: "
                    + "every row is refused",
                    $"ALTER TABLE user_logins ALTER COLUMN {column.Name} DROP NOT NULL, or give it a default");
        }

        if (isWell)
        {
            yield return Checks.Table.Ok($"user_logins has the {expected.Count} columns that the service writes");
        }
    }

    /// <summary>
    /// Migrations add what is missing only until all of them are applied. Then it is as <c>migrate</c> itself says.
    /// </summary>
    private static string Remedy(bool? isMigrated, string restores) => isMigrated switch
    {
        true => $"rename it back, or {restores}",
        false => Migrate,
        null => $"{Migrate}, which adds it, or says how to restore it",
    };

    private static Finding? Problem(WrittenColumn expected, WrittenColumn? found, bool? isMigrated)
    {
        if (found is null)
        {
            return Checks.Table.Fail(
                $"user_logins has no column {expected.Name}",
                Remedy(
                    isMigrated,
                    $"add it by ALTER TABLE user_logins ADD COLUMN {expected.Name} {expected.Type}"));
        }

        if (found.Type == expected.Type || IsRoomFor(expected.Type, found.Type))
        {
            return null;
        }

        var problem = $"user_logins.{found.Name} is {found.Type}, and the service writes {expected.Type}";
        var remedy = $"ALTER TABLE user_logins ALTER COLUMN {found.Name} TYPE {expected.Type}";
        return Length(found.Type) is not null && Length(expected.Type) is not null
            ? Checks.Table.Warn($"{problem}: PostgreSQL refuses longer values", remedy)
            : Checks.Table.Fail(problem, remedy);
    }

    /// <summary>Whether a text column takes every value of the expected one.</summary>
    private static bool IsRoomFor(string expected, string found) => Length(expected) is { } needed
        && (found is "text" or "character varying" || Length(found) >= needed);

    private static int? Length(string type) => type.StartsWith("character varying(", StringComparison.Ordinal)
        && int.TryParse(type.AsSpan("character varying(".Length).TrimEnd(')'), out var length) ? length : null;
}
