using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Xml.Linq;

namespace FetchEtl.Local.Tests;

public sealed class LocalSqsTests
{
    [LocalFact]
    public async Task It_listens_on_the_loopback_interface_alone()
    {
        await using var sqs = await LocalSqs.StartAsync();

        Assert.Equal("127.0.0.1", sqs.ServiceUrl.Host);
        using var elsewhere = new TcpListener(IPAddress.Parse("127.0.0.2"), sqs.ServiceUrl.Port);
        elsewhere.Start();
    }

    [LocalFact]
    public async Task A_port_in_use_is_named_with_the_remedy()
    {
        await using var first = await LocalSqs.StartAsync();
        var port = first.ServiceUrl.Port;

        var refused = await Assert.ThrowsAsync<IOException>(() => LocalSqs.StartAsync(new() { Port = port }));

        Assert.Contains($"127.0.0.1:{port}", refused.Message, StringComparison.Ordinal);
        Assert.Contains("another port", refused.Message, StringComparison.Ordinal);
    }

    [LocalFact]
    public async Task Calls_are_counted_by_operation_refused_ones_too_in_either_protocol()
    {
        await using var server = await LocalSqs.StartAsync();
        using var json = new RawSqs(server.ServiceUrl, WireProtocol.Json);
        using var query = new RawSqs(server.ServiceUrl, WireProtocol.Query);

        await json.CallAsync("CreateQueue", new() { ["QueueName"] = "q" });
        await query.CallAsync("ListQueues", []);
        await Assert.ThrowsAsync<SqsRefusedException>(() => json.CallAsync("GetQueueUrl", new() { ["QueueName"] = "none" }));
        await json.CallAsync("GetQueueUrl", new() { ["QueueName"] = "q" });

        Assert.Equal(
            new Dictionary<string, long> { ["CreateQueue"] = 1, ["ListQueues"] = 1, ["GetQueueUrl"] = 2 },
            server.CallCounts.ToDictionary());
    }

    [LocalFact]
    public async Task Without_JSON_a_JSON_request_gets_a_500_that_is_no_JSON_and_Query_works()
    {
        await using var server = await LocalSqs.StartAsync(new() { Protocols = LocalSqsProtocols.Query });
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, server.ServiceUrl);
        request.Content = new StringContent("""{"QueueName":"q"}""", Encoding.UTF8, "application/x-amz-json-1.0");
        request.Headers.Add("X-Amz-Target", "AmazonSQS.CreateQueue");

        using var response = await http.SendAsync(request);

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.StartsWith("<?xml", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var query = new RawSqs(server.ServiceUrl, WireProtocol.Query);
        Assert.NotNull((await query.CreateQueueAsync()).Url);
    }

    /// <summary>As boto 2 and the PHP SDK did: the queue in the path, everything in the URL.</summary>
    [LocalFact]
    public async Task A_Query_request_may_name_the_queue_by_its_path_and_come_as_GET()
    {
        await using var server = await LocalSqs.StartAsync();
        using var sqs = new RawSqs(server.ServiceUrl, WireProtocol.Json);
        var queue = await sqs.CreateQueueAsync();
        using var http = new HttpClient();

        foreach (var path in (string[])[$"/000000000000/{queue.Name}", $"/queue/{queue.Name}"])
        {
            var answer = await http.GetStringAsync(new Uri(server.ServiceUrl, $"{path}?Action=SendMessage&MessageBody=a+b%26c"));
            Assert.Contains("<SendMessageResponse", answer, StringComparison.Ordinal);
        }

        Assert.Equal(["a b&c", "a b&c"], (await queue.ReceiveAsync()).Select(message => (string)message["Body"]!));
    }

    [LocalFact]
    public async Task An_empty_Query_receive_has_its_result_element_all_the_same()
    {
        await using var server = await LocalSqs.StartAsync();
        using var sqs = new RawSqs(server.ServiceUrl, WireProtocol.Query);
        var queue = await sqs.CreateQueueAsync();
        using var http = new HttpClient();

        var answer = XDocument.Parse(
            await http.GetStringAsync(new Uri(server.ServiceUrl, $"/queue/{queue.Name}?Action=ReceiveMessage")));

        Assert.Equal(
            ["ReceiveMessageResult", "ResponseMetadata"], answer.Root!.Elements().Select(element => element.Name.LocalName));
    }

    [LocalFact]
    public async Task Booleans_in_Query_results_are_in_small_letters()
    {
        await using var server = await LocalSqs.StartAsync();
        using var sqs = new RawSqs(server.ServiceUrl, WireProtocol.Query);
        var queue = await sqs.CreateQueueAsync();
        using var http = new HttpClient();

        var answer = await http.GetStringAsync(new Uri(
            server.ServiceUrl,
            $"/queue/{queue.Name}?Action=DeleteMessageBatch&DeleteMessageBatchRequestEntry.1.Id=a"
            + "&DeleteMessageBatchRequestEntry.1.ReceiptHandle=none"));

        Assert.Contains("<SenderFault>true</SenderFault>", answer, StringComparison.Ordinal);
    }

    [LocalFact]
    public async Task A_fault_of_the_server_is_an_InternalFailure_that_does_not_tell_the_exception()
    {
        await using var server = await LocalSqs.StartAsync(new() { TimeProvider = new BrokenClock() });
        foreach (var protocol in Enum.GetValues<WireProtocol>())
        {
            using var sqs = new RawSqs(server.ServiceUrl, protocol);

            var refused = await sqs.RefusedAsync("CreateQueue", new() { ["QueueName"] = "q" });

            Assert.Equal(("InternalFailure", 500), (refused.Code, refused.Status));
            Assert.DoesNotContain(BrokenClock.Text, refused.Text, StringComparison.Ordinal);
        }
    }

    [LocalFact]
    public async Task A_queue_url_begins_with_the_host_that_the_client_used()
    {
        await using var server = await LocalSqs.StartAsync(new() { AccountId = "123456789012" });
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(
            HttpMethod.Get, new Uri(server.ServiceUrl, "/?Action=CreateQueue&QueueName=q"));
        request.Headers.Host = "sqs.example:4566";

        using var response = await http.SendAsync(request);

        Assert.Contains(
            "<QueueUrl>http://sqs.example:4566/123456789012/q</QueueUrl>",
            await response.Content.ReadAsStringAsync(),
            StringComparison.Ordinal);
    }

    [LocalFact]
    public async Task Stopping_cuts_off_the_receives_that_wait()
    {
        var time = new FetchEtl.Testing.ManualTimeProvider();
        var server = await LocalSqs.StartAsync(new() { TimeProvider = time });
        using var sqs = new RawSqs(server.ServiceUrl, WireProtocol.Json);
        var queue = await sqs.CreateQueueAsync();
        var waiting = queue.ReceiveAsync(more: new() { ["WaitTimeSeconds"] = 20 });
        await time.WaitForTimersAsync();

        await server.DisposeAsync();

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => waiting);
    }

    private sealed class BrokenClock : TimeProvider
    {
        public const string Text = "The clock broke.";

        public override DateTimeOffset GetUtcNow() => throw new InvalidOperationException(Text);
    }
}
