using FetchEtl.Benchmarks;
using FetchEtl.Local;
using FetchEtl.Service;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>
/// What a drain says when it leaves messages. It said of every case that another consumer holds them, or that they
/// fail. The drain runs in this process, with a short patience, and with a longer one where that says nothing yet.
/// </summary>
[Trait("Category", "Slow")]
public sealed class DrainObstacleTests
{
    private const int Seconds = 3;

    [Fact]
    public async Task A_right_that_the_role_lacks_is_named()
    {
        await using var estate = await Estate.CreateAsync();
        var role = $"fetch_etl_{Guid.NewGuid():N}";
        await estate.ExecuteAsync(
            $"""
            CREATE ROLE {role} LOGIN PASSWORD 'role';
            GRANT SELECT ON user_logins TO {role};
            GRANT SELECT ON erased_messages TO {role};
            GRANT SELECT, INSERT, UPDATE ON masking_generations TO {role};
            """);
        estate.Settings["ConnectionStrings__Logins"] =
            new Npgsql.NpgsqlConnectionStringBuilder(estate.ConnectionString) { Username = role, Password = "role" }
                .ToString();

        await AssertNamedAsync(estate, line =>
            line.StartsWith("cause: ", StringComparison.Ordinal) && line.Contains("42501", StringComparison.Ordinal)
            && line.Contains("grant it INSERT", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_full_disk_is_named()
    {
        await using var estate = await Estate.CreateAsync();
        await RaiseAsync(estate, "53100");

        await AssertNamedAsync(estate, line =>
            line.StartsWith("cause: ", StringComparison.Ordinal)
            && line.Contains("disk is full", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_trigger_that_refuses_rows_is_named_with_its_state()
    {
        await using var estate = await Estate.CreateAsync();
        await RaiseAsync(estate, "P0001");

        await AssertNamedAsync(
            estate,
            line => line.StartsWith("cause: ", StringComparison.Ordinal)
                && line.Contains("P0001", StringComparison.Ordinal),
            count: 40);
    }

    [Fact]
    public async Task A_row_that_PostgreSQL_refuses_alone_is_counted_with_its_state_and_the_remedy()
    {
        await using var estate = await Estate.CreateAsync();
        await estate.ExecuteAsync("ALTER TABLE user_logins ADD CONSTRAINT known CHECK (device_type <> 'odd')");
        await estate.SendAsync([
            """
            {"user_id":"u","app_version":"1.0","device_type":"odd","ip":null,"locale":null,"device_id":null}
            """,
        ]);

        await AssertNamedAsync(
            estate,
            line => line.Contains("attempts failed: PostgreSQL refuses the row for now", StringComparison.Ordinal)
                && line.Contains("SQLSTATE 23514", StringComparison.Ordinal)
                && line.Contains("constraint known of table user_logins", StringComparison.Ordinal),
            count: 60,
            seconds: 20);
    }

    [Theory]
    [InlineData("DeleteMessageBatch", "SQS refuses to delete messages of 'login-queue': AccessDenied")]
    [InlineData("ReceiveMessage", "SQS returns no messages of 'login-queue': AccessDenied")]
    public async Task A_call_that_SQS_denies_is_named(string operation, string cause)
    {
        await using var estate = await Estate.CreateAsync();
        estate.Sqs.Faults = new SqsFaultPlan
        {
            Rules = [new() { Kind = SqsFaultKind.Error, Operation = operation, Code = "AccessDenied" }],
        };

        await AssertNamedAsync(estate, line => line.StartsWith($"cause: {cause}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_dead_letter_queue_that_accepts_nothing_is_named()
    {
        await using var estate = await Estate.CreateAsync();
        await estate.SendAsync(["{}", "[]"]);
        estate.Sqs.Faults = new SqsFaultPlan
        {
            Rules = [new() { Kind = SqsFaultKind.Error, Operation = "SendMessageBatch", Code = "AccessDenied" }],
        };

        await AssertNamedAsync(
            estate,
            line => line.StartsWith("cause: login-queue-dead did not accept", StringComparison.Ordinal),
            count: 0);
    }

    [Fact]
    public async Task Another_consumer_is_named_only_where_it_holds_messages_and_nothing_failed_here()
    {
        await using var estate = await Estate.CreateAsync();
        await estate.SendAsync(5, seed: 1);
        Assert.NotEmpty(await estate.Client.ReceiveAsync(estate.QueueUrl, visibilitySeconds: 600));

        var lines = await DrainAsync(estate, Seconds);

        Assert.StartsWith("messages are left on login-queue: ", lines[0]);
        Assert.Contains("another consumer holds those in flight", Assert.Single(lines.Skip(1)));
    }

    private static Task RaiseAsync(Estate estate, string state) => estate.ExecuteAsync(
        $"""
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'canary' USING ERRCODE = '{state}'; END $$;
        CREATE TRIGGER refuse BEFORE INSERT ON user_logins FOR EACH ROW EXECUTE FUNCTION refuse();
        """);

    /// <summary>Drains, and once more with more patience where the cause was not seen in time.</summary>
    private static async Task AssertNamedAsync(
        Estate estate, Predicate<string> isNamed, int count = 5, int seconds = Seconds)
    {
        await estate.SendAsync(count, seed: 1);
        var faults = estate.Sqs.Faults;
        var lines = await DrainAsync(estate, seconds);
        if (!lines.Any(line => isNamed(line)))
        {
            estate.Sqs.Faults = faults;
            lines = await DrainAsync(estate, 5 * seconds);
        }

        Assert.Contains(lines, isNamed);
    }

    private static async Task<IReadOnlyList<string>> DrainAsync(Estate estate, int seconds)
    {
        string[] settings =
        [
            .. estate.Settings.Select(x => $"--{x.Key.Replace("__", ":", StringComparison.Ordinal)}={x.Value}"),
            "--Logging:LogLevel:Default=None",
        ];
        using var host = ServiceHost.CreateDrain(settings).BuildValidated();
        var result = await new Drainer(
                host, progress: null, DrainObstacles.Watch(host.Services), TimeSpan.FromSeconds(seconds))
            .RunAsync(CancellationToken.None);
        estate.Sqs.Faults = null;

        var lines = DrainEnding.Describe(result, "login-queue", isStopped: false);
        Assert.DoesNotContain(lines, line => line.Contains("canary", StringComparison.Ordinal));
        return lines;
    }
}
