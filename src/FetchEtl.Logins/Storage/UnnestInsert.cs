using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Npgsql;

namespace FetchEtl.Logins;

/// <summary>
/// An entity's batch insert, <c>INSERT … SELECT * FROM unnest(…) ON CONFLICT DO NOTHING</c>: one array a column, so the
/// statement's text is the same for any number of rows. Names, types and the conflicting column come from the EF model.
/// </summary>
internal sealed class UnnestInsert<TEntity>
    where TEntity : class
{
    private readonly IColumn[] _columns;

    public UnnestInsert(IEntityType entity)
    {
        var table = StoreObjectIdentifier.Create(entity, StoreObjectType.Table)!.Value;
        var properties = entity.GetProperties().ToArray();
        _columns = [.. properties.Select((property, position) => CreateColumn(property, $"c{position}"))];

        var target = table.Schema is null ? Quote(table.Name) : $"{Quote(table.Schema)}.{Quote(table.Name)}";
        var unique = entity.GetIndexes().Single(index => index.IsUnique).Properties;
        Sql = $"""
            INSERT INTO {target} ({Names(properties)})
            SELECT * FROM unnest({string.Join(", ", _columns.Select(column => "@" + column.Parameter))})
            ON CONFLICT ({Names(unique)}) DO NOTHING
            """;
        // EF Core reads a scalar from a column of this name.
        ReturningSql = $"""{Sql} RETURNING {Names(unique)} AS "Value" """;

        string Names(IEnumerable<IProperty> columns) =>
            string.Join(", ", columns.Select(property => Quote(property.GetColumnName(table)!)));
    }

    private interface IColumn
    {
        string Parameter { get; }

        NpgsqlParameter Fill(IReadOnlyList<TEntity> rows);
    }

    public string Sql { get; }

    /// <summary>The same, with the conflicting column of each row that was new as its result.</summary>
    public string ReturningSql { get; }

    public IEnumerable<NpgsqlParameter> Parameters(IReadOnlyList<TEntity> rows)
    {
        return Array.ConvertAll(_columns, column => column.Fill(rows));
    }

    private static IColumn CreateColumn(IProperty property, string parameter)
    {
        var type = typeof(Column<>).MakeGenericType(typeof(TEntity), property.ClrType);
        return (IColumn)Activator.CreateInstance(type, property, parameter)!;
    }

    private static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private sealed class Column<T>(IProperty property, string parameter) : IColumn
    {
        private readonly Func<TEntity, T> _get = property.PropertyInfo!.GetMethod!.CreateDelegate<Func<TEntity, T>>();

        // The type without its length: a cast to varchar(n) would truncate in silence, an assignment refuses.
        private readonly string _type = property.GetRelationalTypeMapping().StoreTypeNameBase + "[]";

        public string Parameter => parameter;

        public NpgsqlParameter Fill(IReadOnlyList<TEntity> rows)
        {
            var values = new T[rows.Count];
            for (var row = 0; row < values.Length; row++)
            {
                values[row] = _get(rows[row]);
            }

            return new NpgsqlParameter<T[]>(parameter, values) { DataTypeName = _type };
        }
    }
}
