using Amazon.Runtime;
using Amazon.SQS;
using Amazon.SQS.Model;
using FetchEtl.Sqs;

namespace FetchEtl.Service;

/// <summary>A dead-letter queue, as a pass needs it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Url">Its URL.</param>
/// <param name="Depth">How many letters SQS counts, about.</param>
/// <param name="MaxReceives">After how many receives its own redrive policy moves a letter; null for no policy.</param>
internal sealed record LetterQueue(string Name, string Url, QueueDepth Depth, int? MaxReceives)
{
    private const int ReceivedPerSecond = 100;

    private static readonly TimeSpan ShortestVisibility = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan LongestVisibility = TimeSpan.FromHours(12);

    public bool IsFifo => SqsQueueName.IsFifo(Name);

    /// <summary>
    /// How many letters one pass may hold: SQS allows about 120,000 messages of a queue in flight, and others may hold
    /// some.
    /// </summary>
    public int MostInFlight { get; init; } = 115_000;

    /// <summary>
    /// How long a received letter stays hidden: longer than the pass takes, and no longer than SQS allows. A killed
    /// process leaves letters hidden for as long.
    /// </summary>
    public TimeSpan Visibility { get; init; } = VisibilityFor(Depth.Total, ReceivedPerSecond);

    /// <summary>Finds the queue, its counts and its policy.</summary>
    /// <exception cref="UsageException">It does not exist, or a right is missing.</exception>
    public static async Task<LetterQueue> FindAsync(
        IAmazonSQS client, string name, CancellationToken cancellationToken)
    {
        var url = await FindUrlAsync(client, name, "Sqs:DeadLetterQueueName", cancellationToken);
        try
        {
            var depth = await QueueDepth.ReadAsync(client, url, cancellationToken);
            var policy = await client.GetQueueAttributesAsync(
                url, [QueueAttributeName.RedrivePolicy], cancellationToken);
            return new LetterQueue(name, url, depth, MaxReceivesOf(policy.Attributes));
        }
        catch (AmazonServiceException exception)
        {
            throw new UsageException(
                $"the dead-letter queue '{name}' cannot be used: "
                + $"{SqsErrors.Describe(exception, "sqs:GetQueueAttributes")}.");
        }
    }

    /// <summary>Finds the URL of a queue.</summary>
    /// <exception cref="UsageException">It does not exist, or a right is missing.</exception>
    public static async Task<string> FindUrlAsync(
        IAmazonSQS client, string name, string setting, CancellationToken cancellationToken)
    {
        try
        {
            return await client.FindQueueAsync(name, cancellationToken);
        }
        catch (QueueDoesNotExistException)
        {
            throw new UsageException($"{setting}: there is no queue '{name}'. Correct the name, or create the queue.");
        }
        catch (AmazonServiceException exception) when (!SqsErrors.IsTransient(exception))
        {
            throw new UsageException(
                $"the queue '{name}' cannot be used: {SqsErrors.Describe(exception, "sqs:GetQueueUrl")}.");
        }
    }

    /// <summary>
    /// Refuses to go through a queue with a redrive policy of its own: it moves letters that were received too often.
    /// </summary>
    /// <exception cref="UsageException">It has one.</exception>
    public LetterQueue RefusePolicy(bool force) => force || MaxReceives is not { } max
        ? this
        : throw new UsageException(
            $"'{Name}' has a redrive policy of its own: every reading counts as a receive, and after {max} of them SQS "
            + "moves a letter to another queue. Remove the policy, or add --force to read anyway.");

    /// <summary>The same queue for a pass that goes through it at a rate.</summary>
    public LetterQueue At(int? perSecond) => perSecond is { } rate
        ? this with { Visibility = VisibilityFor(Depth.Total, Math.Min(rate, ReceivedPerSecond)) }
        : this;

    private static TimeSpan VisibilityFor(long letters, int perSecond)
    {
        var pass = ShortestVisibility + TimeSpan.FromSeconds(letters / (double)perSecond);
        return pass < LongestVisibility ? TimeSpan.FromSeconds(Math.Ceiling(pass.TotalSeconds)) : LongestVisibility;
    }

    /// <summary>A policy that cannot be read is treated as the strictest one.</summary>
    private static int? MaxReceivesOf(Dictionary<string, string>? attributes) =>
        attributes?.GetValueOrDefault(QueueAttributeName.RedrivePolicy) is { Length: > 0 } policy
            ? RedrivePolicy.Read(policy)?.MaxReceives ?? 1
            : null;
}
