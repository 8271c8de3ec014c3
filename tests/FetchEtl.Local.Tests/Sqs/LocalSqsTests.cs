using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Amazon.SQS;
using Amazon.SQS.Model;
using FetchEtl.Testing;

namespace FetchEtl.Local.Tests;

/// <summary>The server itself, and facts of the wire that an SDK hides.</summary>
public sealed class LocalSqsTests
{
    [LocalFact]
    public async Task It_listens_only_on_the_loopback_interface()
    {
        await using var server = await LocalSqs.StartAsync();

        Assert.Equal("127.0.0.1", server.ServiceUrl.Host);
        using var elsewhere = new TcpListener(IPAddress.Parse("127.0.0.2"), server.ServiceUrl.Port);
        elsewhere.Start();
    }

    [LocalFact]
    public async Task A_port_in_use_is_named_with_the_remedy()
    {
        await using var first = await LocalSqs.StartAsync();
        var port = first.ServiceUrl.Port;

        var failure = await Assert.ThrowsAsync<IOException>(() => LocalSqs.StartAsync(new() { Port = port }));

        Assert.Contains($"127.0.0.1:{port}", failure.Message, StringComparison.Ordinal);
        Assert.Contains("another port", failure.Message, StringComparison.Ordinal);
    }

    [LocalFact]
    public async Task Calls_are_counted_by_operation_in_both_protocols_also_rejected_ones()
    {
        await using var server = await LocalSqs.StartAsync();
        using var json = SqsEndpoint.Client(server.ServiceUrl);
        using var query = SqsEndpoint.Client(server.ServiceUrl, WireProtocol.Query);

        await json.CreateQueueAsync("q");
        await query.ListQueuesAsync(new ListQueuesRequest());
        await Assert.ThrowsAsync<QueueDoesNotExistException>(() => json.GetQueueUrlAsync("none"));
        await json.GetQueueUrlAsync("q");

        Assert.Equal(
            new Dictionary<string, long> { ["CreateQueue"] = 1, ["ListQueues"] = 1, ["GetQueueUrl"] = 2 },
            server.CallCounts.ToDictionary());
    }

    [LocalFact]
    public async Task A_server_without_JSON_answers_JSON_with_500_and_XML_and_still_serves_Query()
    {
        await using var server = await LocalSqs.StartAsync(new() { Protocols = LocalSqsProtocols.Query });

        using var response = await RawRequest.PostAsync(server.ServiceUrl, "CreateQueue", """{"QueueName":"q"}""");

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.StartsWith("<?xml", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var query = SqsEndpoint.Client(server.ServiceUrl, WireProtocol.Query);
        Assert.NotNull((await query.CreateQueueAsync("q")).QueueUrl);
    }

    [LocalFact]
    public async Task A_JSON_error_has_its_name_in_the_body_and_its_Query_code_in_a_header()
    {
        await using var server = await LocalSqs.StartAsync();

        using var response = await RawRequest.PostAsync(server.ServiceUrl, "GetQueueUrl", """{"QueueName":"none"}""");

        var body = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("application/x-amz-json-1.0", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("com.amazonaws.sqs#QueueDoesNotExist", (string?)body["__type"]);
        Assert.Equal("The specified queue does not exist.", (string?)body["message"]);
        Assert.Equal(
            ["AWS.SimpleQueueService.NonExistentQueue;Sender"], response.Headers.GetValues("x-amzn-query-error"));
        Assert.NotEmpty(response.Headers.GetValues("x-amzn-RequestId").Single());
    }

    [LocalFact]
    public async Task Without_messages_a_JSON_receive_omits_the_member()
    {
        await using var server = await LocalSqs.StartAsync();
        using var sqs = SqsEndpoint.Client(server.ServiceUrl);
        var queue = await TestQueue.CreateAsync(sqs);

        using var response = await RawRequest.PostAsync(
            server.ServiceUrl, "ReceiveMessage", $$"""{"QueueUrl":"{{queue.Url}}"}""");

        Assert.Equal("{}", await response.Content.ReadAsStringAsync());
    }

    [LocalFact]
    public async Task Members_without_entries_are_omitted()
    {
        await using var server = await LocalSqs.StartAsync();
        using var sqs = SqsEndpoint.Client(server.ServiceUrl);
        var queue = await TestQueue.CreateAsync(sqs);
        async Task<string> ReplyAsync(string operation, string members)
        {
            using var response = await RawRequest.PostAsync(
                server.ServiceUrl, operation, $$"""{"QueueUrl":"{{queue.Url}}"{{members}}}""");
            return await response.Content.ReadAsStringAsync();
        }

        Assert.Equal("{}", await ReplyAsync("ListQueueTags", ""));
        Assert.Equal("{}", await ReplyAsync("GetQueueAttributes", ""","AttributeNames":["Policy"]"""));
        var sent = await ReplyAsync("SendMessageBatch", ""","Entries":[{"Id":"a","MessageBody":"x"}]""");
        Assert.StartsWith("{\"Successful\":[", sent, StringComparison.Ordinal);
        Assert.DoesNotContain("Failed", sent, StringComparison.Ordinal);
        var refused = await ReplyAsync("DeleteMessageBatch", ""","Entries":[{"Id":"a","ReceiptHandle":"none"}]""");
        Assert.StartsWith("{\"Failed\":[", refused, StringComparison.Ordinal);
        Assert.Contains(
            "There should be at least one SendMessageBatchRequestEntry in the request.",
            await ReplyAsync("SendMessageBatch", ""","Entries":[]"""),
            StringComparison.Ordinal);
    }

    [LocalFact]
    public async Task A_malformed_JSON_request_is_rejected_without_quoting_it()
    {
        await using var server = await LocalSqs.StartAsync();

        using var response = await RawRequest.PostAsync(
            server.ServiceUrl, "SendMessage", """{"MessageBody": secret}""");

        var text = await response.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("SerializationException", text, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", text, StringComparison.Ordinal);
    }

    /// <summary>boto 2 and the PHP SDK sent the queue in the path and everything in the URL.</summary>
    [LocalFact]
    public async Task A_Query_request_can_name_the_queue_in_its_path_and_use_GET()
    {
        await using var server = await LocalSqs.StartAsync();
        using var sqs = SqsEndpoint.Client(server.ServiceUrl);
        var queue = await TestQueue.CreateAsync(sqs);
        using var http = new HttpClient();

        foreach (var path in (string[])[$"/000000000000/{queue.Name}", $"/queue/{queue.Name}"])
        {
            var answer = await http.GetStringAsync(
                new Uri(server.ServiceUrl, $"{path}?Action=SendMessage&MessageBody=a+b%26c"));
            Assert.Contains("<SendMessageResponse", answer, StringComparison.Ordinal);
        }

        Assert.Equal(["a b&c", "a b&c"], (await queue.ReceiveAsync()).Select(message => message.Body));
    }

    [LocalFact]
    public async Task Without_messages_a_Query_receive_still_has_its_result_element()
    {
        await using var server = await LocalSqs.StartAsync();
        using var sqs = SqsEndpoint.Client(server.ServiceUrl);
        var queue = await TestQueue.CreateAsync(sqs);
        using var http = new HttpClient();

        var answer = XDocument.Parse(
            await http.GetStringAsync(new Uri(server.ServiceUrl, $"/queue/{queue.Name}?Action=ReceiveMessage")));

        Assert.Equal("http://queue.amazonaws.com/doc/2012-11-05/", answer.Root!.Name.NamespaceName);
        Assert.Equal(
            ["ReceiveMessageResult", "ResponseMetadata"],
            answer.Root.Elements().Select(element => element.Name.LocalName));
    }

    [LocalFact]
    public async Task Query_writes_booleans_in_lower_case()
    {
        await using var server = await LocalSqs.StartAsync();
        using var sqs = SqsEndpoint.Client(server.ServiceUrl);
        var queue = await TestQueue.CreateAsync(sqs);
        using var http = new HttpClient();

        var answer = await http.GetStringAsync(new Uri(
            server.ServiceUrl,
            $"/queue/{queue.Name}?Action=DeleteMessageBatch&DeleteMessageBatchRequestEntry.1.Id=a"
            + "&DeleteMessageBatchRequestEntry.1.ReceiptHandle=none"));

        Assert.Contains("<SenderFault>true</SenderFault>", answer, StringComparison.Ordinal);
    }

    [LocalFact]
    public async Task A_defect_of_the_server_is_an_InternalFailure_without_the_text_of_the_exception()
    {
        await using var server = await LocalSqs.StartAsync(new() { TimeProvider = new BrokenClock() });
        foreach (var protocol in Enum.GetValues<WireProtocol>())
        {
            using var sqs = SqsEndpoint.Client(server.ServiceUrl, protocol);

            var failure = await Rejection.OfAsync<AmazonSQSException>(
                "InternalFailure", 500, () => sqs.CreateQueueAsync("q"));

            Assert.DoesNotContain(BrokenClock.Text, failure.ToString(), StringComparison.Ordinal);
        }
    }

    [LocalFact]
    public async Task A_queue_url_begins_with_the_host_that_the_client_used()
    {
        await using var server = await LocalSqs.StartAsync(new() { AccountId = "123456789012" });
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(
            HttpMethod.Get, new Uri(server.ServiceUrl, "/?Action=CreateQueue&QueueName=q"));
        request.Headers.Host = "sqs.localhost:4566";

        using var response = await http.SendAsync(request);

        Assert.Contains(
            "<QueueUrl>http://sqs.localhost:4566/123456789012/q</QueueUrl>",
            await response.Content.ReadAsStringAsync(),
            StringComparison.Ordinal);
    }

    [LocalFact]
    public async Task A_stop_closes_the_connections_of_waiting_receives()
    {
        var time = new SignalingTimeProvider();
        var server = await LocalSqs.StartAsync(new() { TimeProvider = time });
        using var sqs = SqsEndpoint.Client(server.ServiceUrl);
        var queue = await TestQueue.CreateAsync(sqs);
        var waiting = queue.WaitAsync();
        await time.WaitForTimersAsync();

        await server.DisposeAsync();

        await Rejection.LosesReplyAsync(() => waiting);
    }

    private sealed class BrokenClock : TimeProvider
    {
        public const string Text = "The clock broke.";

        public override DateTimeOffset GetUtcNow() => throw new InvalidOperationException(Text);
    }
}
