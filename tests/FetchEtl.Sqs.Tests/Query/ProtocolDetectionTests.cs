using System.Net;
using Amazon.SQS;
using Amazon.SQS.Model;
using FetchEtl.Testing;

namespace FetchEtl.Sqs.Tests;

public sealed class ProtocolDetectionTests
{
    public static TheoryData<string> Refusals => new(Answers.Keys);

    private static Dictionary<string, WireReply> Answers { get; } = new()
    {
        ["500 in XML, as LocalStack before 3.0"] =
            WireReply.XmlError("InternalError", HttpStatusCode.InternalServerError),
        ["400 in XML, as ElasticMQ before 1.4"] = WireReply.XmlError("MissingAction", HttpStatusCode.BadRequest),
        ["404 in plain text"] =
            new(HttpStatusCode.NotFound, "text/plain", "The requested resource could not be found."),
        ["404 in JSON that is no error of the protocol"] =
            WireReply.Json("""{"status":"running"}""", HttpStatusCode.NotFound),
        ["an operation unknown in JSON"] = WireReply.JsonError("UnknownOperationException", HttpStatusCode.BadRequest),
        ["200 in HTML"] = WireReply.Html(HttpStatusCode.OK),
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task An_endpoint_that_rejects_JSON_and_answers_Query_gets_Query_from_then_on(string refusal)
    {
        await using var endpoint = await WireEndpoint.StartAsync(
            request => request.IsJson ? Answers[refusal] : WireReply.QueueUrlInXml);
        using var logs = new RecordedLogs();
        using var client = TestClients.Create(endpoint.Url, SqsProtocol.Auto, logs);

        await client.GetQueueUrlAsync("q");
        await client.GetQueueUrlAsync("q");

        Assert.Equal([true, false, false], endpoint.Requests.Select(request => request.IsJson));
        Assert.Single(logs.Texts, line => line.StartsWith("Information 1000", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_error_in_Query_selects_Query_too()
    {
        await using var endpoint = await WireEndpoint.StartAsync(request => request.IsJson
            ? WireReply.XmlError("InternalError", HttpStatusCode.InternalServerError)
            : WireReply.XmlError("AWS.SimpleQueueService.NonExistentQueue", HttpStatusCode.BadRequest));
        using var client = TestClients.Create(endpoint.Url, SqsProtocol.Auto);

        var exception = await Assert.ThrowsAsync<QueueDoesNotExistException>(() => client.GetQueueUrlAsync("q"));

        Assert.Equal("r-1", exception.RequestId);
        Assert.Equal([true, false], endpoint.Requests.Select(request => request.IsJson));
    }

    [Fact]
    public async Task An_error_in_JSON_selects_JSON()
    {
        await using var endpoint = await WireEndpoint.StartAsync(
            WireReply.JsonError("QueueDoesNotExist", HttpStatusCode.BadRequest),
            WireReply.Html(HttpStatusCode.NotFound));
        using var client = TestClients.Create(endpoint.Url, SqsProtocol.Auto);

        await Assert.ThrowsAsync<QueueDoesNotExistException>(() => client.GetQueueUrlAsync("q"));
        await Assert.ThrowsAsync<AmazonSQSException>(() => client.GetQueueUrlAsync("q"));

        Assert.Equal([true, true], endpoint.Requests.Select(request => request.IsJson));
    }

    [Theory]
    [InlineData(HttpStatusCode.BadGateway)]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    [InlineData(HttpStatusCode.GatewayTimeout)]
    public async Task A_gateway_without_its_service_selects_no_protocol(HttpStatusCode status)
    {
        await using var endpoint = await WireEndpoint.StartAsync(
            WireReply.Html(status), WireReply.Html(status), WireReply.QueueUrl);
        using var client = TestClients.Create(endpoint.Url, SqsProtocol.Auto);

        await client.GetQueueUrlAsync("q");

        Assert.Equal([true, true, true], endpoint.Requests.Select(request => request.IsJson));
    }

    [Fact]
    public async Task A_gateway_that_is_overloaded_selects_no_protocol()
    {
        await using var endpoint = await WireEndpoint.StartAsync(
            WireReply.Html(HttpStatusCode.TooManyRequests), WireReply.QueueUrl);
        using var client = TestClients.Create(endpoint.Url, SqsProtocol.Auto);

        await client.GetQueueUrlAsync("q");

        Assert.Equal([true, true], endpoint.Requests.Select(request => request.IsJson));
    }

    [Fact]
    public async Task A_broken_connection_selects_no_protocol()
    {
        await using var endpoint = await WireEndpoint.StartAsync(null, null, WireReply.QueueUrl);
        using var client = TestClients.Create(endpoint.Url, SqsProtocol.Auto);

        await client.GetQueueUrlAsync("q");

        Assert.Equal([true, true, true], endpoint.Requests.Select(request => request.IsJson));
    }

    [Fact]
    public async Task Once_JSON_has_worked_a_strange_reply_does_not_change_the_protocol()
    {
        await using var endpoint = await WireEndpoint.StartAsync(
            WireReply.QueueUrl, WireReply.Html(HttpStatusCode.NotFound));
        using var client = TestClients.Create(endpoint.Url, SqsProtocol.Auto);
        await client.GetQueueUrlAsync("q");

        var exception = await Assert.ThrowsAsync<AmazonSQSException>(() => client.GetQueueUrlAsync("q"));

        Assert.Equal(SqsErrors.UnrecognizedReply, exception.ErrorCode);
        Assert.Equal([true, true], endpoint.Requests.Select(request => request.IsJson));
    }

    [Theory]
    [InlineData(SqsProtocol.Auto, HttpStatusCode.NotFound)]
    [InlineData(SqsProtocol.Auto, HttpStatusCode.OK)]
    [InlineData(SqsProtocol.Json, HttpStatusCode.NotFound)]
    [InlineData(SqsProtocol.Json, HttpStatusCode.OK)]
    [InlineData(SqsProtocol.Query, HttpStatusCode.NotFound)]
    [InlineData(SqsProtocol.Query, HttpStatusCode.OK)]
    public async Task A_server_that_speaks_neither_protocol_is_reported_with_its_address_and_status(
        SqsProtocol protocol, HttpStatusCode status)
    {
        await using var endpoint = await WireEndpoint.StartAsync(WireReply.Html(status));
        using var client = TestClients.Create(endpoint.Url, protocol);

        var exception = await Assert.ThrowsAsync<AmazonSQSException>(() => client.GetQueueUrlAsync("q"));

        Assert.Equal(SqsErrors.UnrecognizedReply, exception.ErrorCode);
        Assert.False(SqsErrors.IsTransient(exception));
        Assert.Contains($"status {(int)status}", exception.Message, StringComparison.Ordinal);
        Assert.Contains(endpoint.Url.Authority, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Concurrent_calls_that_detect_the_protocol_agree()
    {
        await using var endpoint = await WireEndpoint.StartAsync(request => request.IsJson
            ? WireReply.XmlError("InternalError", HttpStatusCode.InternalServerError)
            : WireReply.QueueUrlInXml);
        using var logs = new RecordedLogs();
        using var client = TestClients.Create(endpoint.Url, SqsProtocol.Auto, logs);

        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => client.GetQueueUrlAsync("q")));

        Assert.Single(logs.Texts, line => line.StartsWith("Information 1000", StringComparison.Ordinal));
    }
}
