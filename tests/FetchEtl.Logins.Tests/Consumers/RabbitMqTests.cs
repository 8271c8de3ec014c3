using FetchEtl.Testing;
using MassTransit;

namespace FetchEtl.Logins.Tests;

/// <summary>The sample's application on a real RabbitMQ, with producers of both kinds.</summary>
[Trait("Category", "Slow")]
public sealed class RabbitMqTests : IAsyncLifetime
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>The folder of this build below the project's, as in bin/Debug/net10.0.</summary>
    private static readonly string Output = Path.GetRelativePath(
        Path.Combine(RepositoryRoot.Folder, "tests/FetchEtl.Logins.Tests"), AppContext.BaseDirectory);

    private LoginStore _store = null!;

    public async Task InitializeAsync() => _store = await LoginStore.CreateAsync();

    public async Task DisposeAsync() => await _store.DisposeAsync();

    [RabbitMqFact]
    public async Task An_estate_on_RabbitMQ_writes_raw_and_enveloped_logins_once_each_and_names_the_remedy_at_start()
    {
        await using var broker = await RabbitMq.StartAsync();
        await _store.ScalarAsync("ALTER TABLE user_logins RENAME TO elsewhere");
        await using var estate = FetchEtlProcess.StartAssembly(
            Path.Combine(RepositoryRoot.Folder, "samples/ExistingEstate", Output, "ExistingEstate.dll"),
            new Dictionary<string, string>
            {
                ["ConnectionStrings__RabbitMq"] = broker.Address.ToString(),
                ["FetchEtl__ConnectionStrings__Logins"] = _store.ConnectionString,
                ["FetchEtl__Masking__Keys__0"] = TestKeys.First,
                ["FetchEtl__Masking__MessageIds"] = "Raw",
            },
            listener: null);
        await estate.WaitForLineAsync(line => line.Contains("(42P01)", StringComparison.Ordinal)
            && line.Contains("fetch-etl migrate", StringComparison.Ordinal));
        await _store.ScalarAsync("ALTER TABLE elsewhere RENAME TO user_logins");
        await estate.WaitForLineAsync(
            line => line.Contains("PostgreSQL commits logins again", StringComparison.Ordinal));
        var (enveloped, raw) = (NewId.NextGuid(), NewId.NextGuid());
        var bus = Bus.Factory.CreateUsingRabbitMq(x => x.Host(broker.Address));
        await bus.StartAsync();
        var queue = await bus.GetSendEndpoint(new Uri("queue:logins"));
        var sent = DateTime.UtcNow.Date;

        for (var delivery = 0; delivery < 2; delivery++)
        {
            await queue.Send(ProducersLogin.Example, send => send.MessageId = enveloped);
            await queue.SendRawAsync(ProducersLogin.RawExample, send => send.MessageId = raw);
        }

        await queue.Send(ProducersLogin.Example);
        for (var left = Deliveries.Limit; await _store.CountAsync() < 3; left -= Pause)
        {
            Assert.True(left > TimeSpan.Zero, $"{await _store.CountAsync()} rows\n{estate.Output}");
            await Task.Delay(Pause);
        }

        await bus.StopAsync();

        Assert.Equal(3, await _store.CountAsync());
        Assert.Equal(2L, await _store.ScalarAsync(
            $"SELECT count(*) FROM user_logins WHERE message_id IN ('{enveloped}', '{raw}')"));
        Assert.Equal(
            DateOnly.FromDateTime(sent), await _store.ScalarAsync("SELECT min(create_date) FROM user_logins"));
        Assert.DoesNotContain("is missing", estate.Output, StringComparison.Ordinal);
    }
}
