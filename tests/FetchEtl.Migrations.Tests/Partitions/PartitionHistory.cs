using System.Globalization;
using FetchEtl.Logins;
using Npgsql;

namespace FetchEtl.Migrations.Tests;

/// <summary>
/// A conversion of a table in a schema of its own, which is killed repeatedly, while others insert rows between
/// its statements. The rows that were committed are known.
/// </summary>
internal sealed class PartitionHistory : IAsyncDisposable
{
    /// <summary>Names that SQL must quote.</summary>
    private const string Name = "Past's \"Schema\"";

    private static readonly DateOnly Today = new(2026, 11, 27);

    private static readonly DateOnly[] FarDates =
        [new(1, 2, 3), new(2024, 2, 29), new(2026, 1, 31), new(2027, 12, 31), new(9998, 12, 31)];

    private readonly Random _random;
    private readonly string _connectionString;
    private readonly NpgsqlConnection _others;
    private readonly Dictionary<string, (DateOnly? Date, Guid? Id)> _rows = new(StringComparer.Ordinal);
    private readonly PartitionInterval _interval;
    private int _untilKill;
    private int _number;

    private PartitionHistory(int seed, string connectionString)
    {
        _random = new Random(seed);
        _connectionString = connectionString;
        _others = new NpgsqlConnection(connectionString);
        _interval = _random.Next(2) == 0 ? PartitionInterval.Month : PartitionInterval.Day;
    }

    /// <summary>The kills that ended a run.</summary>
    public int Kills { get; private set; }

    /// <summary>The rows that others inserted between two statements of a run.</summary>
    public int Concurrent { get; private set; }

    public static async Task<PartitionHistory> CreateAsync(string connectionString, int seed)
    {
        var schema = $"\"{Name.Replace("\"", "\"\"")} {seed}\"";
        await TestDatabase.ExecuteAsync(connectionString, $"CREATE SCHEMA {schema}");
        var history = new PartitionHistory(
            seed, new NpgsqlConnectionStringBuilder(connectionString) { SearchPath = schema }.ConnectionString);
        await history._others.OpenAsync();
        return history;
    }

    /// <summary>Converts the table, from an empty or adopted one to the last check.</summary>
    public async Task RunAsync()
    {
        await LoginMigrations.MigrateAsync(_connectionString);
        Execute("SET lock_timeout = '100ms'");
        for (var batch = _random.Next(8); batch > 0; batch--)
        {
            Insert(_random.Next(1, 120));
        }

        while (!await TryConvertAsync())
        {
            Kills++;
            Change();
            Insert(_random.Next(30));
        }

        Insert(20);
        await CheckAsync();
    }

    public ValueTask DisposeAsync() => _others.DisposeAsync();

    private async Task<bool> TryConvertAsync()
    {
        // Later and later, so that the history ends.
        _untilKill = _random.Next(10 + (Kills * 40));
        await using var conversion = await PartitionConversion.OpenAsync(
            _connectionString, static _ => { }, new FixedTime(), batchBlocks: 2, BeforeStatement, default);
        try
        {
            await conversion.RunAsync(_interval, new Progress<PartitionProgress>());
            return true;
        }
        catch (KilledException)
        {
            return false;
        }
    }

    private void BeforeStatement(string sql)
    {
        if (_untilKill-- == 0)
        {
            throw new KilledException();
        }

        if (_random.Next(5) == 0)
        {
            Concurrent += Insert(_random.Next(1, 4));
        }
    }

    /// <summary>One statement; all its rows or none. A lock that the conversion holds makes it fail.</summary>
    private int Insert(int count)
    {
        var rows = Enumerable.Range(0, count).Select(_ => NewRow()).ToArray();
        using var command = new NpgsqlCommand(
            """
            INSERT INTO user_logins (user_id, create_date, message_id)
            SELECT * FROM unnest(@users, @dates, @ids) ON CONFLICT DO NOTHING
            """,
            _others)
        {
            Parameters =
            {
                new NpgsqlParameter<string[]>("users", [.. rows.Select(row => row.User)]),
                new NpgsqlParameter<DateOnly?[]>("dates", [.. rows.Select(row => row.Date)]),
                new NpgsqlParameter<Guid?[]>("ids", [.. rows.Select(row => row.Id)]),
            },
        };
        using var transaction = _others.BeginTransaction();
        try
        {
            command.ExecuteNonQuery();
            if (_random.Next(8) == 0)
            {
                return 0;
            }

            transaction.Commit();
        }
        catch (PostgresException exception) when (exception.SqlState
            is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.CheckViolation
                or PostgresErrorCodes.DatetimeFieldOverflow)
        {
            // On the partitioned table, a date without a partition is the writer's to add. A far date that is new gets
            // none; one that stood in the table before gets one.
            return 0;
        }

        foreach (var row in rows)
        {
            // A message that came again has the date and the row that it had.
            if (row.Id is null || !_rows.Values.Any(known => known.Id == row.Id))
            {
                _rows.Add(row.User, (row.Date, row.Id));
            }
        }

        return count;
    }

    private (string User, DateOnly? Date, Guid? Id) NewRow()
    {
        var user = $"u{_number++}";
        if (_random.Next(5) == 0 && _rows.Values.Where(row => row.Id is not null && row.Date is not null).ToArray()
            is { Length: > 0 } known)
        {
            var again = known[_random.Next(known.Length)];
            return (user, again.Date, again.Id);
        }

        DateOnly? date = _random.Next(10) switch
        {
            0 => null,
            1 => FarDates[_random.Next(FarDates.Length)],
            _ => Today.AddDays(_random.Next(-4, 2)),
        };
        return (user, date, _random.Next(3) == 0 ? null : Guid.NewGuid());
    }

    /// <summary>No session changes or deletes a row while a conversion is under way.</summary>
    private void Change()
    {
        try
        {
            Execute("DELETE FROM user_logins WHERE user_id = (SELECT min(user_id) FROM user_logins)");
        }
        catch (PostgresException exception)
        {
            Assert.Equal(PostgresErrorCodes.ObjectInUse, exception.SqlState);
            Assert.Equal(PartitionConversion.Refusal, exception.ConstraintName);
            return;
        }

        if (_rows.Count > 0)
        {
            _rows.Remove(_rows.Keys.Order(StringComparer.Ordinal).First());
        }
    }

    private async Task CheckAsync()
    {
        var stored = await TestDatabase.ReadAsync(
            _connectionString, "SELECT user_id, to_char(create_date, 'YYYY-MM-DD'), message_id FROM user_logins");
        Assert.Equal(
            _rows.Select(row => $"{row.Key}|{Date(row.Value.Date)}|{row.Value.Id}").Order(StringComparer.Ordinal),
            stored.Order(StringComparer.Ordinal));
        Assert.Empty(await TestDatabase.ReadAsync(
            _connectionString,
            """
            SELECT user_id FROM user_logins
            WHERE (tableoid = 'user_logins_undated'::regclass) <> (create_date IS NULL)
            """));
        Assert.Equal(["True"], await TestDatabase.IndexAsync(_connectionString));
    }

    private static string Date(DateOnly? date) =>
        date is { } day ? day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : string.Empty;

    private void Execute(string sql)
    {
        using var command = new NpgsqlCommand(sql, _others);
        command.ExecuteNonQuery();
    }

    private sealed class KilledException : Exception;

    /// <summary>
    /// A day that does not end. Its timers are the system's: under a <c>FakeTimeProvider</c> the pause after a lock
    /// timeout, which an autovacuum can cause, would never end.
    /// </summary>
    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(Today, new TimeOnly(12, 0), TimeSpan.Zero);
    }
}
