namespace FetchEtl.Service;

/// <summary>Adds up what the parallel calls of a send report.</summary>
/// <param name="progress">Receives the sum.</param>
/// <param name="total">How many messages there are; null where only their end will show it.</param>
internal sealed class SentCount(IProgress<WorkProgress> progress, long? total)
{
    private long _sent;

    /// <summary>SQS accepted so many messages.</summary>
    public void Add(int count) => progress.Report(new WorkProgress(Interlocked.Add(ref _sent, count), total));
}
