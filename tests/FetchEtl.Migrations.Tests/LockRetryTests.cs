using FetchEtl.Logins;
using FetchEtl.Testing;
using Npgsql;

namespace FetchEtl.Migrations.Tests;

public sealed class LockRetryTests : IAsyncLifetime
{
    private readonly SteppedTime _time = new();
    private readonly Reports _reports = new();
    private PostgresDatabase _database = null!;
    private NpgsqlConnection _connection = null!;

    public async Task InitializeAsync()
    {
        _database = await PostgresDatabase.CreateAsync();
        _connection = new NpgsqlConnection(_database.ConnectionString);
        await _connection.OpenAsync();
    }

    public async Task DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_step_whose_lock_stays_taken_fails_after_30_attempts_within_14_minutes()
    {
        var attempts = 0;
        var running = Retry().RunAsync(
            () =>
            {
                attempts++;
                throw LockTimeout();
            },
            CancellationToken.None);

        var pauses = new List<double>();
        for (var pause = 1; pause < 30; pause++)
        {
            pauses.Add((await _time.NextPauseAsync()).TotalSeconds);
            _time.Advance(TimeSpan.FromSeconds(pauses[^1]));
        }

        var error = await Assert.ThrowsAsync<LoginMigrationException>(() => running);
        Assert.Contains("was not free in 30 attempts of 2 s", error.Message);
        Assert.Contains("run 'fetch-etl migrate' again", error.Message);
        Assert.Equal(30, attempts);
        Assert.Equal([1, 2, 4, 8, 16, .. Enumerable.Repeat(30d, 24)], pauses);
        Assert.Equal(29, (await _reports.RestAsync()).Length);
    }

    [Fact]
    public async Task A_lock_timeout_that_EF_Core_wraps_is_tried_again()
    {
        var attempts = 0;
        var running = Retry().RunAsync(
            () => ++attempts == 1 ? throw new InvalidOperationException("wrapped", LockTimeout()) : Task.CompletedTask,
            CancellationToken.None);
        _time.Advance(await _time.NextPauseAsync());
        await running;

        Assert.Equal(2, attempts);
    }

    [Fact]
    public async Task Other_errors_are_not_tried_again()
    {
        var attempts = 0;

        await Assert.ThrowsAsync<PostgresException>(() => Retry().RunAsync(
            () =>
            {
                attempts++;
                throw new PostgresException("canceled", "ERROR", "ERROR", PostgresErrorCodes.QueryCanceled);
            },
            CancellationToken.None));

        Assert.Equal(1, attempts);
    }

    private static PostgresException LockTimeout() =>
        new("canceling statement due to lock timeout", "ERROR", "ERROR", PostgresErrorCodes.LockNotAvailable);

    private LockRetry Retry() => new(_connection, new(LoginTables.Default), _reports.Add, _time);
}
