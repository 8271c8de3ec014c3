namespace FetchEtl.Service;

/// <summary>Limits the time of a call, also of one that does not react to its cancellation.</summary>
/// <param name="time">Measures the time.</param>
/// <param name="limit">How long a call may take.</param>
internal sealed class CallLimit(TimeProvider time, TimeSpan limit)
{
    /// <summary>
    /// How long a call may take to end after its cancellation. No caller may use its connection meanwhile, or close it:
    /// Npgsql could wait for ever then.
    /// </summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    /// <exception cref="TimeoutException">The call did not end in time.</exception>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        try
        {
            return await call(either.Token).WaitAsync(limit + Grace, time, cancellationToken);
        }
        catch (Exception) when (timer.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"no answer within {limit.TotalSeconds:0} s");
        }
    }

    /// <inheritdoc cref="RunAsync{T}"/>
    public Task RunAsync(Func<CancellationToken, Task> call, CancellationToken cancellationToken) => RunAsync(
        async token =>
        {
            await call(token);
            return true;
        },
        cancellationToken);
}
