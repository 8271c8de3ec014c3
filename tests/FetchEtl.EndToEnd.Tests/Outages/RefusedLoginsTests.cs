using System.Globalization;
using Amazon.SQS.Model;
using FetchEtl.Service;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>
/// PostgreSQL refuses good logins because of what was done to the schema. The service makes none a dead letter, writes
/// what it can, and writes the rest once the schema is repaired.
/// </summary>
[Trait("Category", "Slow")]
public sealed class RefusedLoginsTests
{
    private const int Part = 300;

    private const string PoisonTrigger =
        """
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF NEW.user_id = 'poison' THEN RAISE EXCEPTION 'no %', NEW.user_id; END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER refuse BEFORE INSERT ON user_logins FOR EACH ROW EXECUTE FUNCTION refuse();
        SELECT 1
        """;

    [Theory]
    [InlineData(
        "ALTER TABLE user_logins ADD COLUMN id serial; ALTER SEQUENCE user_logins_id_seq MAXVALUE 200",
        "ALTER SEQUENCE user_logins_id_seq MAXVALUE 20000",
        "2200H")]
    [InlineData(
        "ALTER TABLE user_logins ALTER COLUMN locale SET NOT NULL",
        "ALTER TABLE user_logins ALTER COLUMN locale DROP NOT NULL",
        "23502")]
    public async Task While_many_logins_are_refused_nothing_is_received_or_dead_lettered_and_no_receive_is_used_up(
        string begin, string end, string sqlState)
    {
        await using var estate = await Estate.CreateAsync(maxReceives: 1);
        estate.KeepUserIds();
        estate.Settings["Sqs__VisibilityTimeoutSeconds"] = "8";
        await estate.QueryAsync<object>($"{begin}; SELECT 1");
        await estate.SendAsync(Part, seed: 1);
        await using var run = estate.Start("run");
        await estate.SendAsync(Part, seed: 2);
        await run.WaitForLineAsync(line => line.Contains($"rows ({sqlState}): ", StringComparison.Ordinal)
            && line.Contains("The writer holds all rows", StringComparison.Ordinal));
        await Task.Delay(TimeSpan.FromSeconds(10));
        var dead = await QueueDepth.ReadAsync(estate.Client, estate.DeadLetterUrl, CancellationToken.None);
        var rows = await estate.RowsAsync();
        await estate.QueryAsync<object>($"{end}; SELECT 1");

        Assert.Equal(0, dead.Total);
        Assert.True(rows < 2 * Part);
        await estate.AssertAllWrittenOnceAsync(2 * Part);
        Assert.False(run.HasExited);
    }

    [Fact]
    public async Task Two_logins_that_a_trigger_refuses_go_back_to_the_queue_and_all_others_are_written()
    {
        await using var estate = await Estate.CreateAsync();
        estate.KeepUserIds();
        await estate.QueryAsync<object>(PoisonTrigger);
        await estate.SendAsync(Part, seed: 1);
        await estate.Client.SendMessageAsync(estate.QueueUrl, Login("poison"));
        await estate.SendAsync(Part, seed: 2);
        await estate.Client.SendMessageAsync(estate.QueueUrl, Login("poison"));
        await using var run = estate.Start("run");

        await Estate.UntilAsync(async () => await estate.RowsAsync() == 2 * Part);
        await run.WaitForLineAsync(line => line.Contains("go back to their queue", StringComparison.Ordinal));
        await estate.SendAsync(Part, seed: 3);
        await Estate.UntilAsync(async () => await estate.RowsAsync() == 3 * Part);
        await Estate.UntilAsync(async () => (await estate.DepthAsync()).Total == 2);
        await estate.QueryAsync<object>("DROP TRIGGER refuse ON user_logins; SELECT 1");

        // The messages come back after a backoff that has grown with their receives.
        await Estate.UntilAsync(async () => await estate.RowsAsync() == (3 * Part) + 2, minutes: 3);
        await estate.AssertAllWrittenOnceAsync((3 * Part) + 2);
        Assert.DoesNotContain("cannot commit logins", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("poison", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_login_that_is_refused_holds_the_rest_of_its_FIFO_group_and_no_other_group()
    {
        const int Groups = 10;
        const int Each = 10;
        await using var estate = await Estate.CreateAsync();
        estate.KeepUserIds();
        await estate.QueryAsync<object>(PoisonTrigger);
        var fifo = new Dictionary<string, string> { ["FifoQueue"] = "true", ["ContentBasedDeduplication"] = "true" };
        foreach (var name in new[] { "ordered-dead.fifo", "ordered.fifo" })
        {
            await estate.Client.CreateQueueAsync(new CreateQueueRequest(name) { Attributes = fifo });
        }

        var url = (await estate.Client.GetQueueUrlAsync("ordered.fifo")).QueueUrl;
        for (var number = 0; number < Groups * Each; number++)
        {
            var isPoison = number == 0;
            await estate.Client.SendMessageAsync(new SendMessageRequest(
                url, Login(isPoison ? "poison" : number.ToString(CultureInfo.InvariantCulture)))
            {
                MessageGroupId = (number % Groups).ToString(CultureInfo.InvariantCulture),
            });
        }

        estate.Settings["Sqs__QueueName"] = "ordered.fifo";
        await using var run = estate.Start("run");
        await Estate.UntilAsync(async () => await estate.RowsAsync() == (Groups - 1) * Each);
        await run.WaitForLineAsync(line => line.Contains("go back to their queue", StringComparison.Ordinal));
        Assert.Equal((Groups - 1) * Each, await estate.RowsAsync());
        await estate.QueryAsync<object>("DROP TRIGGER refuse ON user_logins; SELECT 1");

        await Estate.UntilAsync(async () => await estate.RowsAsync() == Groups * Each, minutes: 3);
        var dead = (await estate.Client.GetQueueUrlAsync("ordered-dead.fifo")).QueueUrl;
        Assert.Equal(0, (await QueueDepth.ReadAsync(estate.Client, dead, CancellationToken.None)).Total);
        Assert.False(run.HasExited);
    }

    private static string Login(string userId) =>
        $$"""
        {"user_id":"{{userId}}","app_version":"2.3.0","device_type":"ios","ip":"192.0.2.1","locale":"en",
        "device_id":"123-45-6789"}
        """;
}
