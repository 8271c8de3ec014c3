using FetchEtl.Benchmarks;
using FetchEtl.Local;
using FetchEtl.Sqs;

namespace FetchEtl.EndToEnd.Tests;

public sealed class DrainTests
{
    [Theory]
    [InlineData(LocalSqsProtocols.All)]
    [InlineData(LocalSqsProtocols.Query)]
    public async Task Generated_messages_become_rows_or_dead_letters_over_every_protocol(
        LocalSqsProtocols protocols)
    {
        await using var estate = await Estate.CreateAsync(protocols);
        await using var send = await estate.RunAsync("send", "--count", "2000", "--seed", "7", "--invalid", "0.1");
        Assert.True(send.ExitCode == 0, send.Errors);

        var summary = await estate.DrainAsync();

        var written = summary.GetProperty("written").GetInt64();
        var deadLettered = summary.GetProperty("deadLettered").GetInt64();
        Assert.Equal(2000, written + deadLettered);
        Assert.InRange(deadLettered, 100, 300);
        Assert.Equal(written, await estate.QueryAsync<long>("SELECT count(DISTINCT message_id) FROM user_logins"));

        var letters = await estate.PeekAsync(estate.DeadLetterUrl);
        Assert.Equal(deadLettered, letters.Count);
        Assert.All(letters, x => Assert.NotEmpty(x.MessageAttributes[DeadLetterAttributes.Reason].StringValue!));
    }

    [Fact]
    public async Task Ten_thousand_messages_are_drained_in_one_go_with_a_quarter_of_an_api_call_each_at_most()
    {
        const int Count = 10_000;
        await using var estate = await Estate.CreateAsync();
        await using var send = await estate.RunAsync("send", "--count", "10000", "--seed", "1");
        Assert.True(send.ExitCode == 0, send.Errors);

        var summary = await estate.DrainAsync();

        Assert.Equal(Count, summary.GetProperty("written").GetInt64());
        Assert.Equal(Count, await estate.QueryAsync<long>("SELECT count(*) FROM user_logins"));
        var calls = summary.GetProperty("apiCalls").EnumerateObject()
            .Where(x => x.Name is "ReceiveMessage" or "DeleteMessageBatch").Sum(x => x.Value.GetInt64());
        Assert.InRange(calls, Count / 5, Count / 4);

        // No batch is larger than Storage:BatchSize, and not every row has a statement of its own.
        Assert.InRange(summary.GetProperty("statements").GetInt64(), Count / 1000, Count / 2);
    }

    [Fact]
    public async Task Repeated_ips_and_devices_stay_recognisable_as_repeated()
    {
        await using var estate = await Estate.CreateAsync();
        await using var send = await estate.RunAsync("send", "--count", "500", "--seed", "3");
        await estate.DrainAsync();

        var repeated = await estate.QueryAsync<long>(
            "SELECT count(*) FROM (SELECT masked_ip FROM user_logins GROUP BY 1 HAVING count(*) > 1) x");

        Assert.InRange(repeated, 1, 50);
    }

    [Fact]
    public async Task A_drain_waits_for_a_message_that_another_consumer_holds()
    {
        await using var estate = await Estate.CreateAsync();
        await using var send = await estate.RunAsync("send", "--count", "20", "--seed", "3");
        var held = await estate.Client.ReceiveAsync(estate.QueueUrl, visibilitySeconds: 600);
        Assert.NotEmpty(held);

        var draining = estate.DrainAsync();
        while (await estate.QueryAsync<long>("SELECT count(*) FROM user_logins") < 20 - held.Count)
        {
            await Task.Delay(20);
        }

        await Task.WhenAny(draining, Task.Delay(TimeSpan.FromSeconds(4)));
        Assert.False(draining.IsCompleted);
        await estate.Client.ReturnAsync(estate.QueueUrl, held.Select(x => x.ReceiptHandle));

        Assert.Equal(20, (await draining).GetProperty("written").GetInt64());
    }
}
