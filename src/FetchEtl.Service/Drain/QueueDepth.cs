using System.Globalization;
using FetchEtl.Sqs;

namespace FetchEtl.Service;

/// <summary>How many messages a queue holds, as SQS counts them (approximately, on AWS).</summary>
/// <param name="Visible">Ready to be received.</param>
/// <param name="InFlight">Received by somebody, neither deleted nor given back.</param>
/// <param name="Delayed">Sent with a delay that is not over.</param>
internal sealed record QueueDepth(long Visible, long InFlight, long Delayed)
{
    private const string VisibleName = "ApproximateNumberOfMessages";
    private const string InFlightName = "ApproximateNumberOfMessagesNotVisible";
    private const string DelayedName = "ApproximateNumberOfMessagesDelayed";

    public long Total => Visible + InFlight + Delayed;

    public static async Task<QueueDepth> ReadAsync(SqsClient client, string queueUrl, CancellationToken cancellationToken)
    {
        var attributes = await client.GetQueueAttributesAsync(queueUrl, [VisibleName, InFlightName, DelayedName], cancellationToken);

        return new QueueDepth(Read(VisibleName), Read(InFlightName), Read(DelayedName));

        long Read(string name) => long.Parse(attributes[name], CultureInfo.InvariantCulture);
    }

    public override string ToString() => $"{Visible} visible, {InFlight} in flight, {Delayed} delayed";
}
