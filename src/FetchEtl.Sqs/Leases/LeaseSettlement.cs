using Microsoft.Extensions.Logging;

namespace FetchEtl.Sqs;

/// <summary>Tells SQS, ten deliveries a call, what became of them.</summary>
internal sealed class LeaseSettlement : IDisposable
{
    private readonly SqsClient _client;
    private readonly string _queueUrl;
    private readonly Func<SqsMessageLease, bool> _isWorthRetrying;
    private readonly ILogger _logger;
    private readonly SqsBatcher<Delivery> _deletions;
    private readonly SqsBatcher<Delivery> _returns;

    public LeaseSettlement(
        SqsClient client, string queueUrl, TimeSpan linger, Func<SqsMessageLease, bool> isWorthRetrying, ILogger logger, TimeProvider time)
    {
        _client = client;
        _queueUrl = queueUrl;
        _isWorthRetrying = isWorthRetrying;
        _logger = logger;
        _deletions = new SqsBatcher<Delivery>(x => SendAsync(x, DeleteAsync, retry: _deletions!.Add, "delete"), linger, time);
        _returns = new SqsBatcher<Delivery>(x => SendAsync(x, ReturnAsync, retry: _returns!.Add, "return"), linger, time);
    }

    public void Delete(SqsMessageLease lease, string handle) => _deletions.Add(new Delivery(lease, handle, TimeSpan.Zero));

    /// <summary>Makes the message visible again after <paramref name="delay"/>.</summary>
    public void Return(SqsMessageLease lease, string handle, TimeSpan delay) => _returns.Add(new Delivery(lease, handle, delay));

    public void Dispose()
    {
        _deletions.Dispose();
        _returns.Dispose();
    }

    private Task<SqsBatchResult> DeleteAsync(IReadOnlyList<Delivery> batch) =>
        _client.DeleteMessageBatchAsync(_queueUrl, [.. batch.Select(x => x.Handle)], CancellationToken.None);

    private Task<SqsBatchResult> ReturnAsync(IReadOnlyList<Delivery> batch) =>
        _client.ChangeMessageVisibilityBatchAsync(
            _queueUrl, [.. batch.Select(x => new SqsVisibilityEntry(x.Handle, x.Delay))], CancellationToken.None);

    /// <summary>
    /// An entry that SQS did not take is tried again, then left: the message becomes visible by itself when its lease runs out,
    /// and who consumes it again knows it by its id.
    /// </summary>
    private async Task SendAsync(
        IReadOnlyList<Delivery> batch, Func<IReadOnlyList<Delivery>, Task<SqsBatchResult>> call, Action<Delivery> retry, string what)
    {
        Dictionary<int, (string Code, bool IsTransient)> failures;
        try
        {
            failures = (await call(batch)).Failed.ToDictionary(x => x.Index, x => (x.Code, x.IsTransient));
        }
        catch (Exception exception)
        {
            // Whatever it was, every delivery must be settled.
            var refusal = exception as SqsException;
            var failure = (refusal?.Code ?? exception.GetType().Name, refusal is { IsTransient: true });
            failures = Enumerable.Range(0, batch.Count).ToDictionary(x => x, _ => failure);
        }

        for (var i = 0; i < batch.Count; i++)
        {
            var delivery = batch[i];
            if (failures.TryGetValue(i, out var failure))
            {
                if (failure.IsTransient && _isWorthRetrying(delivery.Lease))
                {
                    retry(delivery);
                    continue;
                }

                Log.SettlementFailed(_logger, what, delivery.Lease.Message.MessageId, failure.Code);
            }

            delivery.Lease.DeliverySettled();
        }
    }

    private readonly record struct Delivery(SqsMessageLease Lease, string Handle, TimeSpan Delay);
}
