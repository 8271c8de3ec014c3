using Microsoft.AspNetCore.Http;

namespace FetchEtl.Local;

/// <summary>What an operation may use beside its request.</summary>
internal readonly struct SqsCall(QueueStore store, HttpContext http, CallFaults? faults = null)
{
    public QueueStore Store => store;

    /// <summary>What befalls this call; null while no plan is in force.</summary>
    public CallFaults? Faults => faults;

    /// <summary>The client hung up, or the server stops.</summary>
    public CancellationToken Ended => http.RequestAborted;

    /// <summary>The queue that a URL names by its last segment, whatever host and account stand before it.</summary>
    public SqsQueue Queue(string? url)
    {
        if (string.IsNullOrEmpty(url))
        {
            throw SqsError.Missing("QueueUrl");
        }

        return store.Find(url[(url.LastIndexOf('/') + 1)..]) ?? throw SqsError.NoSuchQueue();
    }

    public SqsQueue QueueByArn(string? arn, string parameter) => arn is null
        ? throw SqsError.Missing(parameter)
        : store.FindByArn(arn) ?? throw SqsError.ResourceNotFound.With(
            $"The resource that you specified for the {parameter} parameter doesn't exist.");

    /// <summary>Begins with the host that the client used, so that it can come back the same way.</summary>
    public string UrlOf(SqsQueue queue) => $"{http.Request.Scheme}://{http.Request.Host}/{store.AccountId}/{queue.Name}";
}
