using Microsoft.AspNetCore.Http;

namespace FetchEtl.Local;

/// <summary>What an operation can use beside its input.</summary>
internal readonly struct ApiCall(QueueStore store, HttpContext http, CallFaults? faults = null)
{
    public QueueStore Store => store;

    /// <summary>The faults of this call; null where no rule of the plan applies to its operation.</summary>
    public CallFaults? Faults => faults;

    /// <summary>Cancelled when the client closes the connection or the server stops.</summary>
    public CancellationToken Aborted => http.RequestAborted;

    /// <summary>
    /// The header that SQS uses as the system attribute AWSTraceHeader of a message that has none (developer guide,
    /// "Amazon SQS and AWS X-Ray").
    /// </summary>
    public string? TraceHeader =>
        http.Request.Headers["X-Amzn-Trace-Id"].ToString() is { Length: > 0 } header ? header : null;

    /// <summary>Finds a queue by the last segment of its URL; host and account are not compared.</summary>
    public StoredQueue Queue(string? url)
    {
        if (string.IsNullOrEmpty(url))
        {
            throw ApiError.Missing("QueueUrl");
        }

        return store.Find(url[(url.LastIndexOf('/') + 1)..]) ?? throw ApiError.NoSuchQueue();
    }

    public StoredQueue QueueByArn(string? arn, string parameter) => arn is null
        ? throw ApiError.Missing(parameter)
        : store.FindByArn(arn) ?? throw ApiError.ResourceNotFound.With(
            $"The resource that you specified for the {parameter} parameter doesn't exist.");

    /// <summary>Begins with the host that the client used, so that the URL works from where the client is.</summary>
    public string UrlOf(StoredQueue queue) =>
        $"{http.Request.Scheme}://{http.Request.Host}/{store.AccountId}/{queue.Name}";
}
