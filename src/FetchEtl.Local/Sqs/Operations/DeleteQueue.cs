namespace FetchEtl.Local;

internal static class DeleteQueue
{
    public static NoOutput Run(ApiCall call, QueueInput input)
    {
        call.Store.Delete(call.Queue(input.QueueUrl));
        return NoOutput.Value;
    }
}

/// <summary>The input of DeleteQueue, PurgeQueue and ListQueueTags.</summary>
internal sealed record QueueInput(string? QueueUrl);

/// <summary>The output of an operation that returns nothing.</summary>
internal sealed record NoOutput
{
    public static readonly NoOutput Value = new();
}
