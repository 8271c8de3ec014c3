namespace FetchEtl.Benchmarks;

/// <summary>
/// A loop as in most scripts: for each message it calls receive, inserts and commits one row, and calls delete. It uses
/// the AWS SDK's plain client, as <see cref="HandLoop"/> does.
/// </summary>
internal static class OneAtATime
{
    public static async Task RunAsync(LoopWork work, int messages, CancellationToken cancellationToken)
    {
        for (var done = 0; done < messages;)
        {
            foreach (var message in await work.ReceiveAsync(max: 1, cancellationToken))
            {
                await work.InsertAsync([message], cancellationToken);
                await work.DeleteAsync([message.ReceiptHandle], cancellationToken);
                done++;
            }
        }
    }
}
