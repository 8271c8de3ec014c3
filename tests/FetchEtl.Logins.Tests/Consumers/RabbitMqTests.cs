using MassTransit;
using RabbitMQ.Client;

namespace FetchEtl.Logins.Tests;

/// <summary>The sample's application on a real RabbitMQ and an SQS, with producers of both kinds.</summary>
[Trait("Category", "Slow")]
public sealed class RabbitMqTests(RunningEstate estate) : IClassFixture<RunningEstate>
{
    private const string Table = "identity.app_logins";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    [RabbitMqFact]
    public async Task Ten_thousand_logins_in_both_forms_some_sent_twice_are_a_row_each_across_a_restart_of_the_broker()
    {
        const int count = 10_000;
        var logins = Enumerable.Range(0, count).Select(i => (Number: i, Id: NewId.NextGuid())).ToList();

        await SendAllAsync(logins[..(count / 2)]);
        await estate.RestartBrokerAsync();
        await SendAllAsync(logins[(count / 2)..]);
        await SendAllAsync([.. logins.Where(login => login.Number % 10 == 0)]);
        await estate.UntilAsync(count, $"SELECT count(*) FROM {Table} WHERE device_type = 'restart'");
        await AllIsHandledAsync();

        Assert.Equal(count, await estate.CountAsync(
            $"SELECT count(*) FROM {Table} WHERE device_type = 'restart'"));
        Assert.Equal(count, await estate.CountAsync(
            $"SELECT count(DISTINCT user_id) FROM {Table} WHERE device_type = 'restart'"));
        Assert.Equal(0, await estate.CountAsync(
            $"""
            SELECT count(*) FROM {Table}
            WHERE device_type = 'restart' AND create_date < '{DateTime.UtcNow:yyyy-MM-dd}'::date - 1
            """));

        Task SendAllAsync(IReadOnlyList<(int Number, Guid Id)> part) => SendAsync(part, login =>
            login.Number % 2 == 0
                ? estate.Logins.SendRawAsync(Raw(login.Number, "restart"), send => send.MessageId = login.Id)
                : estate.Logins.Send(
                    ProducersLogin.Example with { UserId = $"user-{login.Number}", DeviceType = "restart" },
                    send => send.MessageId = login.Id));
    }

    [RabbitMqFact]
    public async Task Ten_thousand_places_in_a_topic_delivered_twice_in_another_order_are_ten_thousand_rows()
    {
        const int count = 10_000;
        var places = Enumerable.Range(0, count).Select(i => (Partition: i % 8, Offset: (long)i / 8)).ToList();

        await SendAsync(places, DeliverAsync);
        await SendAsync([.. places.OrderByDescending(place => place)], DeliverAsync);
        await estate.UntilAsync(count, $"SELECT count(*) FROM {Table} WHERE device_type = 'topic'");
        await AllIsHandledAsync();

        Assert.Equal(count, await estate.CountAsync($"SELECT count(*) FROM {Table} WHERE device_type = 'topic'"));
        Assert.Equal(count, await estate.CountAsync(
            $"SELECT count(DISTINCT user_id) FROM {Table} WHERE device_type = 'topic'"));

        // Each delivery has a message id of its own, as a bridge gives it that starts again.
        Task DeliverAsync((int Partition, long Offset) place) => estate.Logins.SendRawAsync(
            Raw(place.Partition * count + place.Offset, "topic"),
            send =>
            {
                send.Headers.Set("kafka-topic", "logins");
                send.Headers.Set("kafka-partition", place.Partition);
                send.Headers.Set("kafka-offset", place.Offset);
            });
    }

    [RabbitMqFact]
    public async Task Logins_from_SQS_and_the_estates_own_messages_are_handled_in_the_same_process()
    {
        var order = new OrderPlaced(Guid.NewGuid(), 12.5m);
        await estate.Orders.Send(order);
        await estate.Sqs.SendMessageAsync(estate.QueueUrl, Raw(1, "sqs"));
        await estate.Sqs.SendMessageAsync(
            estate.QueueUrl,
            $$"""{"messageType":["urn:message:Estate:Login"],"message":{{Raw(2, "sqs")}},"sentTime":"2020-01-01"}""");

        await estate.UntilAsync(2, $"SELECT count(*) FROM {Table} WHERE device_type = 'sqs'");
        await estate.UntilAsync(1, $"SELECT count(*) FROM shop.orders WHERE order_id = '{order.OrderId}'");

        Assert.Equal(0, await estate.CountAsync(
            """
            SELECT count(*) FROM pg_tables
            WHERE schemaname NOT IN ('identity', 'shop', 'pg_catalog', 'information_schema')
            """));
        Assert.DoesNotContain("is missing", estate.Log, StringComparison.Ordinal);
    }

    [RabbitMqFact]
    public async Task A_producer_without_MassTransit_identifies_and_dates_a_login_by_its_properties()
    {
        var sent = new AmqpTimestamp(new DateTimeOffset(2026, 3, 4, 23, 59, 59, TimeSpan.Zero).ToUnixTimeSeconds());
        await using var connection = await new ConnectionFactory { Uri = estate.Broker }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();

        // One that is no UUID counts as none, so its deliveries are rows of their own.
        foreach (var id in new[] { Guid.NewGuid().ToString(), "login-17" })
        {
            for (var delivery = 0; delivery < 2; delivery++)
            {
                await channel.BasicPublishAsync(
                    string.Empty,
                    "logins",
                    mandatory: true,
                    new BasicProperties { MessageId = id, Timestamp = sent },
                    System.Text.Encoding.UTF8.GetBytes(Raw(1, id == "login-17" ? "text" : "uuid")));
            }
        }

        await estate.UntilAsync(2, $"SELECT count(*) FROM {Table} WHERE device_type = 'text'");
        await AllIsHandledAsync();
        Assert.Equal(1, await estate.CountAsync($"SELECT count(*) FROM {Table} WHERE device_type = 'uuid'"));
        Assert.Equal(3, await estate.CountAsync(
            $"""
            SELECT count(*) FROM {Table}
            WHERE device_type IN ('uuid', 'text') AND create_date = '2026-03-04'
            """));
    }

    [RabbitMqFact]
    public async Task A_message_that_is_not_a_login_goes_to_the_error_queue_with_its_reasons_and_without_a_fault_event()
    {
        await estate.Logins.SendRawAsync("""{"user_id":"canary-1f7d"}""");
        var letter = await GetAsync("logins_error");

        Assert.Equal("""{"user_id":"canary-1f7d"}"""u8, letter.Body.Span);
        var headers = string.Join(' ', letter.BasicProperties.Headers!.Values.Select(
            value => value is byte[] bytes ? System.Text.Encoding.UTF8.GetString(bytes) : $"{value}"));
        Assert.Contains("app_version: is missing", headers, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", headers, StringComparison.Ordinal);
    }

    /// <summary>A send that the broker did not confirm is repeated, as producers do.</summary>
    private static async Task SendAsync<T>(IReadOnlyList<T> messages, Func<T, Task> send)
    {
        foreach (var chunk in messages.Chunk(1000))
        {
            await Task.WhenAll(chunk.Select(UntilConfirmedAsync));
        }

        async Task UntilConfirmedAsync(T message)
        {
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    await send(message);
                    return;
                }
                catch (Exception) when (attempt < 100)
                {
                    await Task.Delay(Pause);
                }
            }
        }
    }

    private static string Raw(long number, string deviceType) =>
        $$"""
        {"user_id":"user-{{number}}","app_version":"2.3.0","device_type":"{{deviceType}}","ip":null,"device_id":null}
        """;

    /// <summary>Nothing is left on the queue, and a login that came after the last delivery is committed.</summary>
    private async Task AllIsHandledAsync()
    {
        await using var connection = await new ConnectionFactory { Uri = estate.Broker }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        for (var left = RunningEstate.Limit; await channel.MessageCountAsync("logins") > 0; left -= Pause)
        {
            Assert.True(left > TimeSpan.Zero, "messages are left on the queue");
            await Task.Delay(Pause);
        }

        var last = $"last-{Guid.NewGuid().ToString("N")[..16]}";
        await estate.Logins.SendRawAsync(Raw(0, last));
        await estate.UntilAsync(1, $"SELECT count(*) FROM {Table} WHERE device_type = '{last}'");
    }

    private async Task<BasicGetResult> GetAsync(string queue)
    {
        await using var connection = await new ConnectionFactory { Uri = estate.Broker }.CreateConnectionAsync();
        for (var left = RunningEstate.Limit; ; left -= Pause)
        {
            await using var channel = await connection.CreateChannelAsync();
            try
            {
                if (await channel.BasicGetAsync(queue, autoAck: true) is { } message)
                {
                    return message;
                }
            }
            catch (RabbitMQ.Client.Exceptions.OperationInterruptedException)
            {
                // The first message creates the queue.
            }

            Assert.True(left > TimeSpan.Zero, $"no message in {queue}\n{estate.Log}");
            await Task.Delay(Pause);
        }
    }

    /// <summary>The estate's message, as another program declares it.</summary>
    [MessageUrn("ExistingEstate:OrderPlaced")]
    internal sealed record OrderPlaced(Guid OrderId, decimal TotalPrice);
}
