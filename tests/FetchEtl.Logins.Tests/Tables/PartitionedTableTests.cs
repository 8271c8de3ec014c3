using FetchEtl.Migrations;
using FetchEtl.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace FetchEtl.Logins.Tests;

/// <summary>The writer on a table that is partitioned, or becomes so while it writes.</summary>
public sealed class PartitionedTableTests : IAsyncLifetime
{
    private const int FormChanged = 1181;
    private const int PartitionAdded = 1180;

    private readonly VaultKeyFiles _vault = new();
    private LoginStore _store = null!;
    private string _owner = null!;

    public async Task InitializeAsync()
    {
        _store = await LoginStore.CreateAsync();
        _owner = _store.ConnectionString;
    }

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        _vault.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_writer_goes_on_through_the_conversion_and_knows_what_it_wrote_before(bool hasVault)
    {
        if (hasVault)
        {
            _store.Masking.Vault.PublicKeyFile = _vault.Public;
        }

        await _store.UseRoleAsync();
        await _store.ScalarAsync("GRANT SELECT, INSERT ON pii_vault TO PUBLIC");
        var before = LoginStore.Logins(50);
        await WriteAsync(before);

        using var converted = new CancellationTokenSource();
        var during = new List<UserLogin>();
        var writing = Task.Run(async () =>
        {
            while (!converted.IsCancellationRequested)
            {
                var batch = LoginStore.Logins(20);
                during.AddRange(batch);
                await WriteAsync([.. batch, .. before.Take(5)]);
            }
        });
        await ConvertAsync();
        await converted.CancelAsync();
        await writing;
        var after = LoginStore.Logins(20);
        await WriteAsync([.. after, .. before, .. during]);

        Assert.Equal(before.Length + during.Count + after.Length, await _store.CountAsync());
        Assert.Equal(
            await _store.CountAsync(), await _store.ScalarAsync("SELECT count(DISTINCT message_id) FROM user_logins"));
        Assert.Equal(1, _store.Logs.CountOf(FormChanged));
        Assert.DoesNotContain(_store.Logs.Texts, text => text.Contains("42P10", StringComparison.Ordinal));

        // In another process, the plain statement is never sent.
        await using var beside = _store.Beside();
        await beside.GetRequiredService<LoginWriter>().WriteAsync(before[0]);
        Assert.Equal(1, _store.Logs.CountOf(FormChanged));
    }

    [Fact]
    public async Task Two_statements_that_wait_at_the_switch_both_go_on()
    {
        await ConvertAsync();
        await _store.ScalarAsync(
            """
            SELECT user_logins_add_partition('2026-01-02');
            ALTER TABLE user_logins RENAME TO partitioned;
            ALTER TABLE user_logins_unpartitioned RENAME TO user_logins
            """);
        Assert.Equal((1, 0), Counts(await RunAsync(LoginStore.Login())));
        await using var table = await TableLock.TakeAsync(_owner);

        var (first, second) = (RunAsync(LoginStore.Login()), RunAsync(LoginStore.Login()));
        await table.WaitForBlockedAsync(2);
        await table.CommitAsync(
            """
            ALTER TABLE user_logins RENAME TO user_logins_unpartitioned;
            ALTER TABLE partitioned RENAME TO user_logins
            """);

        Assert.Equal((1, 0), Counts(await first));
        Assert.Equal((1, 0), Counts(await second));
        Assert.Equal(1, _store.Logs.CountOf(FormChanged));
    }

    [Fact]
    public async Task A_row_that_waits_while_another_date_gets_its_partition_is_written()
    {
        await ConvertAsync();
        await using var table = await TableLock.TakeAsync(_owner, "pii_vault");
        await table.ExecuteAsync("SELECT user_logins_add_partition('2026-03-01')");

        var written = RunAsync(LoginStore.Login());
        await table.WaitForBlockedAsync(1);
        await table.CommitAsync("SELECT 1");

        Assert.Equal((1, 0), Counts(await written));
        Assert.Equal(
            "user_logins_p2026_01", await _store.ScalarAsync("SELECT tableoid::regclass::text FROM user_logins"));
    }

    [Fact]
    public async Task A_date_too_far_off_gets_no_partition_and_the_refusal_is_the_rows()
    {
        await ConvertAsync();
        var login = new UserLogin
        {
            UserId = "u",
            CreateDate = new DateOnly(1900, 1, 1),
            MessageId = Guid.NewGuid(),
        };

        var refusal = await Assert.ThrowsAsync<PostgresException>(() => RunAsync(login, LoginStore.Login()));

        Assert.Equal(FaultKind.Refused, DatabaseFaults.Classify(refusal).Kind);
        Assert.Equal((1, 0), Counts(await RunAsync(LoginStore.Login())));
    }

    [Fact]
    public async Task A_transaction_that_meets_the_other_form_fails_for_that_reason_and_the_next_one_succeeds()
    {
        await using var session = _store.Session();
        Assert.Equal(1, await session.InsertAsync([LoginStore.Login()]));
        await ConvertAsync();
        await _store.ScalarAsync("SELECT user_logins_add_partition('2026-01-02')");

        await using (await session.BeginTransactionAsync())
        {
            var refusal = await Assert.ThrowsAsync<PostgresException>(
                () => session.InsertAsync([LoginStore.Login()]));
            Assert.Equal(PostgresErrorCodes.InvalidColumnReference, refusal.SqlState);
        }

        await using var transaction = await session.BeginTransactionAsync();
        Assert.Equal(1, await session.InsertAsync([LoginStore.Login()]));
        await transaction.CommitAsync();
        Assert.Equal(2L, await _store.CountAsync());
    }

    [Fact]
    public async Task A_row_without_a_date_is_written_once()
    {
        await ConvertAsync();
        await _store.ScalarAsync("SELECT user_logins_add_partition('2026-01-02')");
        var undated = new UserLogin { UserId = "u", AppVersion = 1, MessageId = Guid.NewGuid() };

        Assert.Equal((2, 0), Counts(await RunAsync(undated, LoginStore.Login())));
        Assert.Equal((0, 0), Counts(await RunAsync(undated)));
        await using var session = _store.Session();
        Assert.Equal(1, await session.InsertAsync([new UserLogin { UserId = "v", MessageId = Guid.NewGuid() }]));
    }

    [Fact]
    public async Task A_table_that_is_partitioned_by_its_message_ids_is_written_as_a_plain_one()
    {
        await _store.ScalarAsync(
            """
            ALTER TABLE user_logins RENAME TO plain;
            CREATE TABLE user_logins (LIKE plain) PARTITION BY HASH (message_id);
            CREATE TABLE half PARTITION OF user_logins FOR VALUES WITH (MODULUS 2, REMAINDER 0);
            CREATE TABLE other PARTITION OF user_logins FOR VALUES WITH (MODULUS 2, REMAINDER 1);
            CREATE UNIQUE INDEX ON user_logins (message_id)
            """);
        var login = LoginStore.Login();

        Assert.Equal((1, 0), Counts(await RunAsync(login)));
        Assert.Equal((0, 0), Counts(await RunAsync(login)));
    }

    [Fact]
    public async Task Late_and_future_dates_get_their_partitions_and_no_row_waits()
    {
        await ConvertAsync();
        await _store.UseRoleAsync();
        await GrantAsync();
        var future = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime).AddDays(300);
        DateOnly[] days = [new(2001, 5, 6), future, new(2026, 1, 2)];
        var logins = days.Select(day => new UserLogin
        {
            UserId = "u",
            AppVersion = 1,
            CreateDate = day,
            MessageId = Guid.NewGuid(),
        }).ToArray();

        await WriteAsync([.. logins, .. logins]);

        Assert.Equal(3L, await _store.CountAsync());
        Assert.Equal(3, _store.Logs.CountOf(PartitionAdded));
        Assert.Contains(_store.Logs.Texts, text => text.Contains(
            $"user_logins had no partition for {future:yyyy-MM-dd}: user_logins_p{future:yyyy_MM} was added",
            StringComparison.Ordinal));
        Assert.Equal(
            "user_logins_p2001_05",
            await _store.ScalarAsync(
                "SELECT min(tableoid::regclass::text) FROM user_logins WHERE create_date < '2020-01-01'"));
    }

    [Fact]
    public async Task A_role_that_may_not_add_partitions_keeps_its_messages_and_the_operator_learns_the_remedy()
    {
        await ConvertAsync();
        await _store.UseRoleAsync();

        var error = await Assert.ThrowsAsync<DatabaseFaultException>(() => RunAsync(LoginStore.Login()));

        Assert.Equal(FaultKind.Operator, error.Fault.Kind);
        Assert.Contains("no partition for 2026-01-02", error.Fault.Reason);
        Assert.Contains("GRANT EXECUTE ON FUNCTION", error.Fault.Reason);

        var written = _store.Writer.WriteAsync(LoginStore.Login());
        await GrantAsync();
        await written.WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(1L, await _store.CountAsync());
    }

    [Fact]
    public async Task Erased_messages_and_ids_that_move_stay_exact()
    {
        await ConvertAsync();
        await _store.ScalarAsync("SELECT user_logins_add_partition('2026-01-02')");
        var (erased, received) = (LoginStore.Login("erased"), LoginStore.Login("received"));
        Assert.Equal(1, (await RunAsync(erased)).Inserted);
        var stored = (Guid)(await _store.ScalarAsync("DELETE FROM user_logins RETURNING message_id"))!;
        await _store.EraseAsync(stored);
        Assert.Equal((0, 0), Counts(await RunAsync(erased)));

        // A row of the time before, under the id as received.
        await using (var database = _store.Session())
        {
            await _store.Provider.GetRequiredService<StoredMasksVerifier>()
                .ChangeMessageIdsAsync(database, MessageIdForm.Moving, CancellationToken.None);
        }

        await using (var session = _store.Session())
        {
            Assert.Equal(1, await session.InsertAsync([received]));
        }

        Assert.Equal((0, 0), Counts(await RunAsync(received)));
        Assert.Equal((1, 0), Counts(await RunAsync(received, LoginStore.Login("new"), erased)));
        Assert.Equal(2L, await _store.CountAsync());
    }

    private static (int Inserted, int Missing) Counts(BatchWrite write) => (write.Inserted, write.Missing.Count);

    private Task WriteAsync(IReadOnlyList<UserLogin> logins) =>
        Task.WhenAll(logins.Select(login => _store.Writer.WriteAsync(login))).WaitAsync(TimeSpan.FromMinutes(1));

    private Task<BatchWrite> RunAsync(params UserLogin[] logins) =>
        _store.Provider.GetRequiredService<IBatchStatement>().RunAsync(
            new LoginBatch(
                [.. logins.Select(login => new PendingLogin(new GivenLogin(login, []), CancellationToken.None))]),
            CancellationToken.None);

    private async Task GrantAsync() =>
        await _store.ScalarAsync("GRANT EXECUTE ON FUNCTION user_logins_add_partition(date) TO PUBLIC");

    private async Task ConvertAsync()
    {
        await using var conversion =
            await PartitionConversion.OpenAsync(_owner, static _ => { }, TimeProvider.System);
        await conversion.RunAsync(PartitionInterval.Month, new Progress<PartitionProgress>());
    }
}
