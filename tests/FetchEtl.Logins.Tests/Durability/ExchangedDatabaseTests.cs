using FetchEtl.Migrations;
using FetchEtl.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace FetchEtl.Logins.Tests;

/// <summary>
/// After an outage another database can stand at the address. Each statement checks the key itself, so no row is
/// written under a key that is not the table's.
/// </summary>
public sealed class ExchangedDatabaseTests : IAsyncLifetime
{
    private LoginStore _store = null!;
    private PostgresDatabase _other = null!;

    public async Task InitializeAsync()
    {
        _store = await LoginStore.CreateAsync();
        _other = await PostgresDatabase.CreateAsync();
        await LoginMigrations.MigrateAsync(_other.ConnectionString);
    }

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        await _other.DisposeAsync();
    }

    [Fact]
    public async Task No_row_is_written_under_a_key_that_is_not_that_of_the_new_database()
    {
        await WriteAsync(10);
        await ExecuteAsync(_other.ConnectionString, "INSERT INTO masking_generations VALUES (1, 'of another key')");

        await ExchangeAsync();
        var writes = Task.WhenAll(LoginStore.Logins(100).Select(login => _store.Writer.WriteAsync(login)));
        await Task.WhenAny(writes, _store.Logs.WaitForAsync("is not the key of generation 1"));

        Assert.Equal(0, await _store.CountAsync());
        await ExchangeAsync();
        await writes;
        Assert.Equal(110, await _store.CountAsync());
    }

    [Fact]
    public async Task A_new_database_without_a_key_records_that_of_the_process()
    {
        await WriteAsync(10);

        await ExchangeAsync();
        await WriteAsync(10);

        Assert.Equal(10, await _store.CountAsync());
        Assert.Equal(
            new KeyedPiiMasker(_store.Masking).KeyCheck(1),
            await _store.ScalarAsync("SELECT key_check FROM masking_generations"));
    }

    [Fact]
    public async Task Unkeyed_masks_are_not_written_beside_keyed_ones()
    {
        _store.Masking = new MaskingOptions { Method = MaskingMethod.Sha256, AllowWeak = true };
        await WriteAsync(10);
        await ExecuteAsync(_other.ConnectionString, "INSERT INTO masking_generations VALUES (1, 'of a key')");

        await ExchangeAsync();
        var writes = Task.WhenAll(LoginStore.Logins(10).Select(login => _store.Writer.WriteAsync(login)));
        await Task.WhenAny(writes, _store.Logs.WaitForAsync("holds masks of Masking:Method Hmac"));

        Assert.Equal(0, await _store.CountAsync());
        await ExchangeAsync();
        await writes;
        Assert.Equal(20, await _store.CountAsync());
    }

    [Fact]
    public async Task A_running_process_goes_on_writing_while_another_one_adds_a_newer_key()
    {
        await WriteAsync(10);
        var newer = new MaskingOptions { Keys = { TestKeys.First, TestKeys.Second } };
        await using (var another = _store.Beside(newer))
        {
            await another.GetRequiredService<LoginWriter>().WriteAsync(LoginStore.Login());
        }

        await WriteAsync(10);

        Assert.Equal(21, await _store.CountAsync());
        Assert.Equal(0, _store.Logs.CountOf(2001));
    }

    private Task WriteAsync(int count) =>
        Task.WhenAll(LoginStore.Logins(count).Select(login => _store.Writer.WriteAsync(login)));

    /// <summary>Gives each of the two databases the other's name, after both have lost their connections.</summary>
    private async Task ExchangeAsync()
    {
        var server = await PostgresServer.ConnectionStringAsync();
        var (first, second) = (Name(_store.ConnectionString), Name(_other.ConnectionString));
        await ExecuteAsync(
            server,
            $"""
            ALTER DATABASE {first} ALLOW_CONNECTIONS false;
            ALTER DATABASE {second} ALLOW_CONNECTIONS false;
            """);

        // A session that had just connected may be missing in the list at first.
        while (await Record.ExceptionAsync(RenameAsync) is { } failure)
        {
            Assert.Equal(PostgresErrorCodes.ObjectInUse, Assert.IsType<PostgresException>(failure).SqlState);
        }

        Task RenameAsync() => ExecuteAsync(
            server,
            $"""
            SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname IN ('{first}', '{second}');
            ALTER DATABASE {first} RENAME TO {first}_x;
            ALTER DATABASE {second} RENAME TO {first};
            ALTER DATABASE {first}_x RENAME TO {second};
            ALTER DATABASE {first} ALLOW_CONNECTIONS true;
            ALTER DATABASE {second} ALLOW_CONNECTIONS true;
            """);
    }

    private static string? Name(string connectionString) =>
        new NpgsqlConnectionStringBuilder(connectionString).Database;

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
