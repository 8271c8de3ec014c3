using FetchEtl.Logins;
using FetchEtl.Masking;
using FetchEtl.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace FetchEtl.Maintenance.Tests;

/// <summary>
/// Message ids become keyed while processes write and messages arrive again: no row is doubled or lost.
/// </summary>
public sealed class MessageIdMoveTests : IAsyncLifetime
{
    private const string Received = "SELECT count(*) FROM user_logins WHERE message_id::text !~ '^.{14}8.{4}[89ab]'";

    private readonly MaskingOptions _masking = MaintenanceStore.Masking(TestKeys.First);
    private MaintenanceStore _store = null!;

    public async Task InitializeAsync() => _store = await MaintenanceStore.CreateAsync();

    public async Task DisposeAsync() => await _store.DisposeAsync();

    [Fact]
    public async Task Writes_and_redeliveries_go_on_during_the_move_and_each_message_has_one_row_with_its_keyed_id()
    {
        await RegisterRawAsync();
        Guid[] old = [.. Enumerable.Range(0, 2000).Select(_ => Guid.NewGuid())];
        await using var first = Process();
        await using var second = Process();
        await WriteAsync(first, old);
        Assert.Equal(2000, await _store.ScalarAsync<long>(Received));

        // Both processes began with received ids. One redelivers all old messages while the other writes new ones, and
        // a third of those arrive at both.
        Guid[] fresh = [.. Enumerable.Range(0, 1500).Select(_ => Guid.NewGuid())];
        await WriteAsync(second, [fresh[0]]);
        using var stop = new CancellationTokenSource();
        var redelivered = 0;
        var redelivering = Task.Run(async () =>
        {
            do
            {
                await WriteAsync(second, [.. Random.Shared.GetItems(old, 200), .. fresh[..500]]);
                redelivered += 200;
            }
            while (!stop.IsCancellationRequested);
        });
        var written = 0;
        var writing = Task.CompletedTask;
        var summary = await MoveAsync(batchBlocks: 1, progress: at =>
        {
            if (writing.IsCompleted && written < fresh.Length)
            {
                writing = WriteAsync(first, fresh[written..(written += 250)]);
            }
        });
        await writing;
        await WriteAsync(first, fresh[written..]);
        await stop.CancelAsync();
        await redelivering;
        await WriteAsync(second, [.. old, .. fresh]);

        var key = new MessageIdKey(_masking);
        var ids = await _store.QueryAsync("SELECT message_id FROM user_logins", row => row.GetGuid(0));
        Assert.Equal(old.Concat(fresh).Select(key.Of).Order(), ids.Order());
        Assert.True(redelivered > 0);
        Assert.Equal((0, 0), (summary.Left, summary.Doubles));
        Assert.InRange(summary.Rows, 2000, 3500);
        Assert.Contains(
            "message_ids=Keyed",
            await _store.ScalarAsync<string>("SELECT settings FROM masking_generations"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_interrupted_move_continues_and_meanwhile_nothing_is_doubled()
    {
        await RegisterRawAsync();
        Guid[] old = [.. Enumerable.Range(0, 1000).Select(_ => Guid.NewGuid())];
        await using var process = Process();
        await WriteAsync(process, old);
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => MoveAsync(
            batchBlocks: 1,
            progress: at =>
            {
                if (at.Done == 2)
                {
                    stop.Cancel();
                }
            },
            stop.Token));
        Assert.InRange(await _store.ScalarAsync<long>(Received), 1, 999);

        await WriteAsync(process, old);
        Assert.Equal(1000, await _store.ScalarAsync<long>("SELECT count(*) FROM user_logins"));
        var tombstone = Guid.NewGuid();
        await _store.ExecuteAsync($"INSERT INTO erased_messages (message_id) VALUES ('{tombstone}')");
        await MoveAsync();

        Assert.Equal(0, await _store.ScalarAsync<long>(Received));
        Assert.Equal(
            new MessageIdKey(_masking).Of(tombstone),
            await _store.ScalarAsync<Guid>("SELECT message_id FROM erased_messages"));
        Assert.Equal(0, (await MoveAsync()).Rows);
    }

    [Fact]
    public async Task A_second_row_of_a_message_goes_and_ids_of_version_8_are_refused_before_anything_changes()
    {
        await RegisterRawAsync();
        var id = Guid.NewGuid();
        await _store.ExecuteAsync(
            $"""
            INSERT INTO user_logins (user_id, message_id)
            VALUES ('u', '{id}'), ('u', '{new MessageIdKey(_masking).Of(id)}'), ('of another writer', NULL)
            """);

        var refusal = await Assert.ThrowsAsync<MaskingRefusedException>(() => MoveAsync());
        Assert.Contains("1 received message ids of UUID version 8", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(
            "message_ids=Raw",
            await _store.ScalarAsync<string>("SELECT settings FROM masking_generations"),
            StringComparison.Ordinal);

        await using (var database = _store.Session())
        {
            await Verifier().ChangeMessageIdsAsync(database, MessageIdForm.Moving, CancellationToken.None);
        }

        var summary = await MoveAsync();
        Assert.Equal((0, 1, 0), (summary.Rows, summary.Doubles, summary.Left));
        Assert.Equal(2, await _store.ScalarAsync<long>("SELECT count(*) FROM user_logins"));
    }

    /// <summary>Registers the table as one that has ids as received.</summary>
    private async Task RegisterRawAsync()
    {
        var masking = MaintenanceStore.Masking(TestKeys.First);
        masking.MessageIds = MessageIds.Raw;
        await using var database = _store.Session();
        await new StoredMasksVerifier(
            new KeyedPiiMasker(masking), Options.Create(new LoginsOptions { Masking = masking }))
            .VerifyAsync(database, CancellationToken.None);
    }

    private StoredMasksVerifier Verifier() =>
        new(new KeyedPiiMasker(_masking), Options.Create(new LoginsOptions { Masking = _masking }));

    private Task<MessageIdSummary> MoveAsync(
        int batchBlocks = 64,
        Action<MaintenanceProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        new MessageIdMove(_store.Source, Verifier(), new MessageIdKey(_masking), TimeProvider.System, waits: null)
            .RunAsync(batchBlocks, new MaintenanceStore.Reporter(progress), cancellationToken);

    private ServiceProvider Process()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddLogins(options =>
        {
            options.ConnectionString = _store.AdminConnectionString;
            options.Masking = MaintenanceStore.Masking(TestKeys.First);
        });
        return services.BuildServiceProvider();
    }

    private static Task WriteAsync(IServiceProvider process, IReadOnlyList<Guid> ids)
    {
        var writer = process.GetRequiredService<LoginWriter>();
        return Task.WhenAll(ids.Select(id => writer.WriteAsync(new UserLogin { UserId = "u", MessageId = id })));
    }
}
