using System.Globalization;
using Amazon.SQS;

namespace FetchEtl.Service;

/// <summary>The messages of a queue, as SQS counts them. AWS's counts are approximate.</summary>
/// <param name="Visible">Messages that can be received.</param>
/// <param name="InFlight">Messages that a consumer received, neither deleted nor visible again.</param>
/// <param name="Delayed">Messages whose delay has not passed.</param>
internal sealed record QueueDepth(long Visible, long InFlight, long Delayed)
{
    private static readonly string[] Names =
    [
        QueueAttributeName.ApproximateNumberOfMessages,
        QueueAttributeName.ApproximateNumberOfMessagesNotVisible,
        QueueAttributeName.ApproximateNumberOfMessagesDelayed,
    ];

    public long Total => Visible + InFlight + Delayed;

    public static async Task<QueueDepth> ReadAsync(
        IAmazonSQS client, string queueUrl, CancellationToken cancellationToken)
    {
        var response = await client.GetQueueAttributesAsync(queueUrl, [.. Names], cancellationToken);

        return new QueueDepth(Read(0), Read(1), Read(2));

        long Read(int name) => long.Parse(response.Attributes[Names[name]], CultureInfo.InvariantCulture);
    }

    public override string ToString() => $"{Visible} visible, {InFlight} in flight, {Delayed} delayed";
}
