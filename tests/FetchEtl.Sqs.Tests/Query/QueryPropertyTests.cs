using Amazon.SQS.Model;
using FetchEtl.Local;
using FsCheck;
using FsCheck.Fluent;

namespace FetchEtl.Sqs.Tests;

/// <summary>Any message that SQS accepts arrives unchanged through JSON and Query, in both directions.</summary>
public sealed class QueryPropertyTests
{
    private const int Cases = 150;

    [Fact]
    public async Task Any_message_arrives_unchanged_through_any_pair_of_protocols()
    {
        await using var server = await LocalSqs.StartAsync();
        using var json = TestClients.Create(server.ServiceUrl, SqsProtocol.Json);
        using var query = TestClients.Create(server.ServiceUrl, SqsProtocol.Query);
        var url = (await json.CreateQueueAsync("logins")).QueueUrl;

        foreach (var (body, attributes) in Messages().Sample(Cases, 60))
        {
            foreach (var (sender, receiver) in new[] { (json, query), (query, json), (query, query) })
            {
                var request = new SendMessageRequest(url, body) { MessageAttributes = Values(attributes) };
                await sender.SendMessageAsync(request);
                var response = await receiver.ReceiveMessageAsync(
                    new ReceiveMessageRequest(url) { MessageAttributeNames = ["All"] });

                var message = Assert.Single(response.Messages);
                Assert.Equal(body, message.Body);
                Assert.Equal(attributes, Texts(message.MessageAttributes ?? []));
                await receiver.DeleteMessageAsync(url, message.ReceiptHandle);
            }
        }
    }

    private static Gen<(string Body, SortedDictionary<string, string> Attributes)> Messages()
    {
        // What SQS accepts: #x9, #xA, #xD, #x20 to #xD7FF, #xE000 to #xFFFD, #x10000 to #x10FFFF.
        var text = Gen.Frequency(
            (5, Gen.Choose(0x20, 0x7E)),
            (2, Gen.Elements('\t', '\n', '\r', '&', '<', '>', '"', '\'', '%', '+', '=', '\\').Select(x => (int)x)),
            (2, Gen.Choose(0x7F, 0xD7FF)),
            (1, Gen.Choose(0xE000, 0xFFFD)),
            (1, Gen.Choose(0x10000, 0x10FFFF)))
            .Select(char.ConvertFromUtf32).NonEmptyListOf().Select(x => string.Concat(x));
        var name = Gen.Elements("a", "Some.Name", "trace-id", "under_score", "n1");
        var attribute = Gen.OneOf(
            text.Select(x => "String|" + x),
            Gen.Choose(-1000, 1000).Select(x => "Number|" + x),
            ArbMap.Default.GeneratorFor<byte[]>()
                .Where(x => x.Length > 0)
                .Select(x => "Binary|" + Convert.ToBase64String(x)));
        return from body in text
               from attributes in name.Zip(attribute).ListOf()
               select (body, new SortedDictionary<string, string>(
                   attributes.DistinctBy(x => x.Item1).ToDictionary(x => x.Item1, x => x.Item2),
                   StringComparer.Ordinal));
    }

    private static Dictionary<string, MessageAttributeValue> Values(SortedDictionary<string, string> attributes) =>
        attributes.ToDictionary(x => x.Key, x => x.Value.Split('|', 2) switch
        {
            ["Binary", var value] => new MessageAttributeValue
            {
                DataType = "Binary",
                BinaryValue = new MemoryStream(Convert.FromBase64String(value)),
            },
            [var type, var value] => new MessageAttributeValue { DataType = type, StringValue = value },
            _ => throw new InvalidOperationException(),
        });

    private static SortedDictionary<string, string> Texts(Dictionary<string, MessageAttributeValue> attributes) => new(
        attributes.ToDictionary(x => x.Key, x => $"{x.Value.DataType}|{Text(x.Value)}"), StringComparer.Ordinal);

    private static string Text(MessageAttributeValue value) =>
        value.BinaryValue is { } bytes ? Convert.ToBase64String(bytes.ToArray()) : value.StringValue;
}
