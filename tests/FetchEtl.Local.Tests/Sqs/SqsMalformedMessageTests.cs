using System.Text.Json;

namespace FetchEtl.Local.Tests;

/// <summary>Malformed deliveries, as they are on the wire: a client may refuse to read them.</summary>
public sealed class SqsMalformedMessageTests
{
    private const int Sent = 100;

    [Fact]
    public async Task Each_form_of_a_malformed_message_occurs_and_its_neighbours_are_intact()
    {
        await using var local = await LocalQueue.StartAsync();
        await SendAsync(local);
        local.SetFaults(new SqsFaultRule { Kind = SqsFaultKind.MalformedMessage, Probability = 0.5 });

        var forms = (await ReceiveAllAsync(local)).GroupBy(FormOf).ToDictionary(x => x.Key, x => x.Count());

        Assert.Equal(
            ["intact", "not base64", "receive count", "sent time", "without handle", "without sent time"],
            forms.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(Sent, forms.Values.Sum());
        Assert.Equal(Sent - forms["intact"], local.Injected(SqsFaultKind.MalformedMessage));
    }

    [Fact]
    public async Task The_message_on_the_queue_is_intact_and_returns()
    {
        await using var local = await LocalQueue.StartAsync();
        await SendAsync(local);
        local.SetFaults(new SqsFaultRule { Kind = SqsFaultKind.MalformedMessage });
        var malformed = await ReceiveAllAsync(local);
        Assert.DoesNotContain("intact", malformed.Select(FormOf));

        local.SetFaults();
        Assert.Empty(await ReceiveAllAsync(local));
        local.Advance(30);

        Assert.Equal(Enumerable.Repeat("intact", Sent), (await ReceiveAllAsync(local)).Select(FormOf));
    }

    [Fact]
    public async Task What_a_receive_does_not_ask_for_is_not_added()
    {
        await using var local = await LocalQueue.StartAsync();
        await SendAsync(local);
        local.SetFaults(new SqsFaultRule { Kind = SqsFaultKind.MalformedMessage });

        var messages = await ReceiveAllAsync(local, asked: "");

        Assert.All(messages, message => Assert.False(message.TryGetProperty("Attributes", out _)));
    }

    private static async Task SendAsync(LocalQueue local)
    {
        for (var i = 0; i < Sent; i++)
        {
            await local.Queue.SendAsync($"{i}");
        }
    }

    private static async Task<List<JsonElement>> ReceiveAllAsync(
        LocalQueue local, string asked = """, "MessageSystemAttributeNames": ["All"]""")
    {
        var all = new List<JsonElement>();
        while (true)
        {
            using var response = await RawRequest.PostAsync(
                local.Server.ServiceUrl,
                "ReceiveMessage",
                $$"""{"QueueUrl": "{{local.Queue.Url}}", "MaxNumberOfMessages": 10{{asked}}}""");
            using var reply = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
            if (!reply.RootElement.TryGetProperty("Messages", out var messages))
            {
                return all;
            }

            all.AddRange(messages.EnumerateArray().Select(message => message.Clone()));
        }
    }

    private static string FormOf(JsonElement message)
    {
        var attributes = message.GetProperty("Attributes");
        return (message, attributes) switch
        {
            _ when !message.TryGetProperty("ReceiptHandle", out _) => "without handle",
            _ when message.TryGetProperty("MessageAttributes", out var own)
                && own.GetProperty("Malformed").GetProperty("BinaryValue").GetString() == "%" => "not base64",
            _ when !attributes.TryGetProperty("SentTimestamp", out _) => "without sent time",
            _ when !long.TryParse(attributes.GetProperty("SentTimestamp").GetString(), out _) => "sent time",
            _ when !int.TryParse(
                attributes.GetProperty("ApproximateReceiveCount").GetString(), out _) => "receive count",
            _ => "intact",
        };
    }
}
