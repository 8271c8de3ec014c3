namespace FetchEtl.Local;

internal static class PurgeQueue
{
    public static NoOutput Run(ApiCall call, QueueInput input)
    {
        call.Queue(input.QueueUrl).Purge();
        return NoOutput.Value;
    }
}
