using System.Collections.Concurrent;
using Amazon.SQS;
using FetchEtl.Service;

namespace FetchEtl.Benchmarks;

/// <summary>Sends logins at a fixed rate, one a call. It does not wait for the replies of earlier sends.</summary>
internal sealed class SteadySender(IAmazonSQS client, string queueUrl, int rate)
{
    private readonly ConcurrentDictionary<string, DateTimeOffset> _sent = new();

    /// <summary>When the send of each message began, by MessageId.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset> Sent => _sent;

    /// <summary>Sends for <paramref name="duration"/> and waits for all replies.</summary>
    public async Task SendAsync(TimeSpan duration, int seed, CancellationToken cancellationToken)
    {
        var started = DateTimeOffset.UtcNow;
        var calls = new List<Task>();
        foreach (var body in new LoginGenerator(seed).Take((int)(rate * duration.TotalSeconds)))
        {
            var due = started + (calls.Count * TimeSpan.FromSeconds(1) / rate) - DateTimeOffset.UtcNow;
            if (due > TimeSpan.Zero)
            {
                await Task.Delay(due, cancellationToken);
            }

            calls.Add(SendAsync(body, cancellationToken));
        }

        await Task.WhenAll(calls);
    }

    private async Task SendAsync(string body, CancellationToken cancellationToken)
    {
        var began = DateTimeOffset.UtcNow;
        _sent[(await client.SendMessageAsync(queueUrl, body, cancellationToken)).MessageId] = began;
    }
}
