using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace FetchEtl.Logins.Tests;

public sealed class LoginWriterTests : IAsyncLifetime
{
    private LoginStore _store = null!;

    public async Task InitializeAsync() => _store = await LoginStore.CreateAsync();

    public async Task DisposeAsync() => await _store.DisposeAsync();

    [Fact]
    public async Task An_idle_writer_writes_at_once_and_a_busy_one_gathers()
    {
        using var batches = new MeterReadings(_store.Provider);
        await _store.Writer.WriteAsync(LoginStore.Login());
        Assert.Equal([1], batches.BatchSizes);

        await using (var table = await _store.LockTableAsync())
        {
            var writes = new List<Task>();
            foreach (var login in LoginStore.Logins(2))
            {
                writes.Add(_store.Writer.WriteAsync(login));
                await table.WaitForBlockedAsync(atLeast: writes.Count);
            }

            writes.AddRange(LoginStore.Logins(500).Select(login => _store.Writer.WriteAsync(login)));
            await table.ReleaseAsync();
            await Task.WhenAll(writes);
        }

        Assert.Equal(503, await _store.CountAsync());
        Assert.InRange(batches.BatchSizes.Length, 4, 5);
    }

    [Fact]
    public async Task No_batch_is_larger_than_its_limit()
    {
        _store.Services.Configure<LoginsOptions>(options => options.Storage.BatchSize = 10);
        using var batches = new MeterReadings(_store.Provider);

        await Task.WhenAll(LoginStore.Logins(1000).Select(login => _store.Writer.WriteAsync(login)));

        Assert.Equal(1000, await _store.CountAsync());
        Assert.All(batches.BatchSizes, size => Assert.InRange(size, 1, 10));
    }

    [Fact]
    public async Task Bad_rows_among_a_thousand_fault_alone_and_the_rest_commits()
    {
        using var readings = new MeterReadings(_store.Provider);
        var logins = LoginStore.Logins(1000);
        int[] bad = [0, 499, 500, 999];
        foreach (var index in bad)
        {
            logins[index] = LoginStore.Login("canary-7d1f\0");
        }

        logins[250] = LoginStore.Login("canary-7d1f\ud800");

        var writes = logins.Select(login => _store.Writer.WriteAsync(login)).ToArray();
        await Task.WhenAll(writes.Select(write => write.ContinueWith(_ => { }, TaskScheduler.Default)));

        Assert.Equal(995, await _store.CountAsync());
        Assert.Equal([0, 250, 499, 500, 999], Enumerable.Range(0, 1000).Where(index => writes[index].IsFaulted));
        foreach (var index in bad.Append(250))
        {
            var fault = await Assert.ThrowsAsync<LoginRejectedException>(() => writes[index]);
            Assert.Equal("PostgreSQL rejected the row: SQLSTATE 22021 (character_not_in_repertoire)", fault.Message);
            Assert.Null(fault.InnerException);
            Assert.Empty(fault.Data);
        }

        Assert.Equal(995, readings.Total("fetchetl.logins.written"));
        Assert.Equal(5, readings.Total("fetchetl.logins.rejected"));
        Assert.DoesNotContain(_store.Logs.Texts, text => text.Contains("canary-7d1f", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_same_message_twice_is_one_row_in_a_batch_and_across_batches()
    {
        using var readings = new MeterReadings(_store.Provider);
        var login = LoginStore.Login();

        await Task.WhenAll(_store.Writer.WriteAsync(login), _store.Writer.WriteAsync(login));
        await _store.Writer.WriteAsync(login);

        Assert.Equal(1, await _store.CountAsync());
        Assert.Equal(1, readings.Total("fetchetl.logins.written"));
        Assert.Equal(2, readings.Total("fetchetl.logins.duplicates"));
    }

    [Fact]
    public async Task A_connection_cut_between_commit_and_reply_leaves_one_row()
    {
        var server = new NpgsqlConnectionStringBuilder(_store.ConnectionString);
        await using var proxy = new CuttingProxy(new IPEndPoint(IPAddress.Loopback, server.Port));
        _store.ConnectionString = new NpgsqlConnectionStringBuilder(_store.ConnectionString)
        {
            Host = "127.0.0.1",
            Port = proxy.Port,
            SslMode = SslMode.Disable,
        }.ConnectionString;
        using var readings = new MeterReadings(_store.Provider);
        await _store.Writer.WriteAsync(LoginStore.Login("warm"));

        proxy.CutNextReplies(1);
        await _store.Writer.WriteAsync(LoginStore.Login("cut"));

        Assert.Equal(1, proxy.Cuts);
        Assert.Equal(2, await _store.CountAsync());
        Assert.Equal(1, readings.Total("fetchetl.logins.duplicates"));
        Assert.Equal(1, _store.Logs.CountOf(2000));
        Assert.Equal(1, _store.Logs.CountOf(2002));
    }

    [Fact]
    public async Task Connections_terminated_under_load_lose_and_double_nothing()
    {
        var logins = LoginStore.Logins(5000);
        var next = -1;
        var killed = 0L;
        await _store.Writer.WriteAsync(LoginStore.Login("warm"));

        var callers = Enumerable.Range(0, 50).Select(_ => Task.Run(async () =>
        {
            int index;
            while ((index = Interlocked.Increment(ref next)) < logins.Length)
            {
                if (index % 1000 == 500)
                {
                    var count = await _store.ScalarAsync(
                        $"""
                        SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                        WHERE datname = current_database() AND application_name <> '{LoginStore.AdminName}'
                        """);
                    Interlocked.Add(ref killed, (long)count!);
                }

                await _store.Writer.WriteAsync(logins[index]);
            }
        }));
        await Task.WhenAll(callers);

        Assert.True(killed > 0);
        Assert.Equal(logins.Length + 1, await _store.CountAsync());
    }

    [Fact]
    public async Task Disposing_writes_all_accepted_rows_and_accepts_no_more()
    {
        var writer = _store.Writer;
        var accepted = LoginStore.Logins(2500).Select(login => writer.WriteAsync(login)).ToArray();

        await writer.DisposeAsync();

        await Task.WhenAll(accepted);
        Assert.Equal(2500, await _store.CountAsync());
        await Assert.ThrowsAsync<LoginWriterStoppedException>(() => writer.WriteAsync(LoginStore.Login()));
    }

    [Fact]
    public async Task Disposing_during_an_outage_fails_the_held_rows()
    {
        await _store.ScalarAsync("ALTER TABLE user_logins RENAME TO elsewhere");
        var held = _store.Writer.WriteAsync(LoginStore.Login());
        await _store.Logs.WaitForAsync(2001);

        await _store.Writer.DisposeAsync();

        await Assert.ThrowsAsync<LoginWriterStoppedException>(() => held);
    }
}
