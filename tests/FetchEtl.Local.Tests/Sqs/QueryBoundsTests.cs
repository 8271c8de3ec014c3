using System.Net;
using System.Text;

namespace FetchEtl.Local.Tests;

/// <summary>
/// Query requests that no SDK for .NET sends, as bytes. The allocations of the process are measured, so no other test
/// runs meanwhile.
/// </summary>
[Collection(nameof(QueryBoundsTests))]
[CollectionDefinition(nameof(QueryBoundsTests), DisableParallelization = true)]
public sealed class QueryBoundsTests : IAsyncLifetime
{
    private readonly HttpClient _http = new();
    private LocalSqs _server = null!;

    public async Task InitializeAsync()
    {
        _server = await LocalSqs.StartAsync();
        await PostAsync("Action=CreateQueue&QueueName=q");
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
    }

    /// <summary>Botocore's form of an empty list: the name that it has in JSON, without a number or a value.</summary>
    [Fact]
    public async Task A_list_without_items_is_an_empty_list()
    {
        await PostAsync("Action=SendMessage&QueueUrl=q&MessageBody=x");

        var (status, received) = await PostAsync(
            "Action=ReceiveMessage&QueueUrl=q&MessageAttributeNames=&AttributeNames=&MessageSystemAttributeNames=");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("<Body>x</Body>", received, StringComparison.Ordinal);
        foreach (var operation in (string[])["SendMessageBatch", "DeleteMessageBatch", "ChangeMessageVisibilityBatch"])
        {
            var (rejected, error) = await PostAsync($"Action={operation}&QueueUrl=q&Entries=");
            Assert.Equal(HttpStatusCode.BadRequest, rejected);
            Assert.Contains("<Code>AWS.SimpleQueueService.EmptyBatchRequest</Code>", error, StringComparison.Ordinal);
            Assert.Contains($"at least one {operation}RequestEntry in", error, StringComparison.Ordinal);
        }

        Assert.Contains("between 1 and 128", (await PostAsync("Action=UntagQueue&QueueUrl=q&TagKeys=")).Body);
    }

    /// <summary>Recorded at AWS: LocalStack's TestSqsQueryApi.</summary>
    [Fact]
    public async Task Errors_of_Query_have_its_own_words()
    {
        var (_, noQueue) = await PostAsync("Action=GetQueueUrl&QueueName=none");
        var (_, noSuchAction) = await PostAsync("Action=FooBar");
        var (status, noAction) = await PostAsync("MessageBody=x");
        using var elsewhere = await _http.GetAsync(new Uri(_server.ServiceUrl, "/000000000000/q?Action=ListQueues"));

        Assert.Contains("<Message>The specified queue does not exist for this wsdl version.</Message>", noQueue);
        Assert.Contains("<Code>InvalidAction</Code>", noSuchAction, StringComparison.Ordinal);
        Assert.Contains("<Message>The action FooBar is not valid for this endpoint.</Message>", noSuchAction);
        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.Contains("<UnknownOperationException ", noAction, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, elsewhere.StatusCode);
        Assert.Contains("The action ListQueues is not valid", await elsewhere.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_name_of_ten_million_dots_costs_little_more_than_its_bytes()
    {
        var before = GC.GetTotalAllocatedBytes();

        await AssertMalformedAsync(new string('.', 10_000_000) + "=x");

        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 200_000_000);
    }

    [Fact]
    public async Task A_million_parameters_cost_little_more_than_their_bytes()
    {
        var parameters = string.Concat(Enumerable.Range(0, 1_000_000).Select(i => $"{i}=&"));
        var before = GC.GetTotalAllocatedBytes();

        await AssertMalformedAsync(parameters);

        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 200_000_000);
    }

    [Fact]
    public Task A_name_of_nine_steps_is_rejected() => AssertMalformedAsync("a.b.c.d.e.f.g.h.i=x");

    private async Task AssertMalformedAsync(string parameters)
    {
        var (status, error) = await PostAsync("Action=ListQueues&" + parameters);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("<Code>MalformedInput</Code>", error, StringComparison.Ordinal);
    }

    private async Task<(HttpStatusCode Status, string Body)> PostAsync(string form)
    {
        using var content = new ByteArrayContent(Encoding.ASCII.GetBytes(form));
        content.Headers.ContentType = new("application/x-www-form-urlencoded");
        using var response = await _http.PostAsync(_server.ServiceUrl, content);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
