namespace FetchEtl.Benchmarks;

/// <summary>What most scripts do: receive a message, insert its row, commit, delete the message, and so on.</summary>
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
