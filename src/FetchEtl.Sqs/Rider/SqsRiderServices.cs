using Amazon.SQS;
using Microsoft.Extensions.Logging;

namespace FetchEtl.Sqs;

/// <summary>What the rider's endpoints share.</summary>
/// <param name="Client">SQS.</param>
/// <param name="Metrics">The meter <c>FetchEtl.Sqs</c>.</param>
/// <param name="Logger">The rider's log.</param>
/// <param name="Time">The clock of leases, polls and stops.</param>
/// <param name="Backoff">Delays what is tried again.</param>
internal sealed record SqsRiderServices(
    IAmazonSQS Client, SqsMetrics Metrics, ILogger Logger, TimeProvider Time, Backoff Backoff);
