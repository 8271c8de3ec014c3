using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace FetchEtl.Logins.Tests;

/// <summary>The statement is written by hand, so these tests compare it with the EF model.</summary>
public sealed class UnnestInsertTests : IDisposable
{
    private static readonly UserLogin Row = new()
    {
        UserId = "user",
        DeviceType = "type",
        MaskedIp = "ip",
        MaskedDeviceId = "device",
        Locale = "locale",
        AppVersion = 7,
        CreateDate = new DateOnly(2026, 1, 2),
        MessageId = Guid.NewGuid(),
    };

    private readonly UnnestInsert _insert = new(LoginTables.Default);
    private readonly LoginDbContext _context =
        new(new DbContextOptionsBuilder<LoginDbContext>().UseNpgsql("Host=nowhere.invalid").Options);

    private IEntityType Entity => _context.Model.FindEntityType(typeof(UserLogin))!;

    public void Dispose() => _context.Dispose();

    [Fact]
    public void The_statement_names_the_table_the_columns_and_the_unique_column_of_the_model()
    {
        var columns = UnnestInsert.Parameters([]).Select(parameter => parameter.ParameterName).ToList();
        var index = Assert.Single(Entity.GetIndexes(), candidate => candidate.IsUnique);
        var unique = Assert.Single(index.Properties).GetColumnName();

        Assert.Equal(Entity.GetProperties().Select(property => property.GetColumnName()).Order(), columns.Order());
        Assert.Equal(
            $"INSERT INTO \"{Entity.GetTableName()}\" ({string.Join(", ", columns)}) " +
            $"SELECT * FROM unnest ({string.Join(", ", columns.Select(column => "@" + column))}) " +
            $"AS login ({string.Join(", ", columns)}) " +
            $"WHERE NOT EXISTS (SELECT FROM \"erased_messages\" AS erased WHERE erased.{unique} = login.{unique}) " +
            $"ON CONFLICT ({unique}) DO NOTHING",
            string.Join(' ', _insert.Sql.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
        Assert.Equal($"{_insert.Sql} RETURNING {unique}", UnnestInsert.Returning(_insert.Sql));
        Assert.Equal(_insert.Sql, _insert.Where(_insert.NotErased));
    }

    [Fact]
    public void Each_column_has_the_type_of_the_model_without_its_length_and_the_values_of_its_property()
    {
        var parameters = UnnestInsert.Parameters([Row, new UserLogin()]);

        foreach (var property in Entity.GetProperties())
        {
            var parameter = Assert.Single(parameters, parameter => parameter.ParameterName == property.GetColumnName());
            Assert.Equal(property.GetRelationalTypeMapping().StoreTypeNameBase + "[]", parameter.DataTypeName);
            var values = Assert.IsAssignableFrom<Array>(parameter.Value);
            Assert.Equal([property.PropertyInfo!.GetValue(Row), null], values.Cast<object?>());
        }
    }

    [Fact]
    public void The_text_of_the_statement_is_the_same_for_any_number_of_rows()
    {
        var rows = LoginStore.Logins(1000);

        Assert.All(UnnestInsert.Parameters(rows), parameter => Assert.Equal(1000, ((Array)parameter.Value!).Length));
        Assert.DoesNotContain(1000.ToString(CultureInfo.InvariantCulture), _insert.Sql, StringComparison.Ordinal);
    }
}
