using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace FetchEtl.Logins.Tests;

public sealed class LoginDatabaseTests : IAsyncLifetime
{
    private LoginStore _store = null!;

    public async Task InitializeAsync() => _store = await LoginStore.CreateAsync();

    public async Task DisposeAsync() => await _store.DisposeAsync();

    [Fact]
    public async Task Every_column_is_written_as_given_and_null_stays_null()
    {
        var full = new UserLogin
        {
            UserId = "ü😀\"\\,{}'",
            DeviceType = "",
            MaskedIp = new string('m', 256),
            MaskedDeviceId = "NULL",
            Locale = "EN",
            AppVersion = int.MaxValue,
            CreateDate = new DateOnly(2026, 2, 28),
            MessageId = Guid.NewGuid(),
        };
        var empty = new UserLogin();
        await using var session = _store.Session();

        Assert.Equal(2, await session.InsertAsync([full, empty]));

        await using var context = _store.Context();
        var rows = await context.UserLogins.OrderBy(login => login.UserId == null).ToListAsync();
        Assert.Equivalent(full, rows[0], strict: true);
        Assert.Equivalent(empty, rows[1], strict: true);
    }

    [Fact]
    public async Task The_same_message_is_written_once_within_a_batch_and_across_batches()
    {
        var login = LoginStore.Login();
        await using var session = _store.Session();

        Assert.Equal(1, await session.InsertAsync([login, login]));
        Assert.Equal(1, await session.InsertAsync([login, LoginStore.Login()]));

        Assert.Equal(2, await _store.CountAsync());
    }

    [Fact]
    public async Task Rows_without_a_message_id_are_all_written()
    {
        await using var session = _store.Session();

        Assert.Equal(2, await session.InsertAsync([new UserLogin(), new UserLogin()]));
    }

    [Fact]
    public async Task A_text_too_long_for_its_column_is_rejected_and_never_truncated()
    {
        await using var session = _store.Session();

        var error = await Assert.ThrowsAsync<PostgresException>(
            () => session.InsertAsync([LoginStore.Login(), new UserLogin { Locale = new string('l', 33) }]));

        Assert.Equal("22001", error.SqlState);
        Assert.Equal(0, await _store.CountAsync());
    }

    [Fact]
    public async Task Inserting_no_rows_is_not_an_error()
    {
        await using var session = _store.Session();

        Assert.Equal(0, await session.InsertAsync([]));
    }

    [Fact]
    public async Task No_statement_continues_a_transaction_whose_connection_was_lost()
    {
        await using var session = _store.Session();
        await using var transaction = await session.BeginTransactionAsync();
        await session.Connection.CloseAsync();

        var lost = await Assert.ThrowsAsync<NpgsqlException>(() => session.InsertAsync([LoginStore.Login()]));

        Assert.Equal(FaultKind.Transient, DatabaseFaults.Classify(lost).Kind);
        Assert.Equal(0, await _store.CountAsync());
    }
}
