using FetchEtl.Sqs;

namespace FetchEtl.Service;

/// <summary>The <c>Sqs</c> section: the queue, and how it is read.</summary>
internal sealed class SqsSettings
{
    /// <summary>The section's name.</summary>
    public const string Section = "Sqs";

    /// <summary>The bytes of a MiB.</summary>
    public const int Mebibyte = 1024 * 1024;

    private static readonly SqsClientOptions ClientDefaults = new();

    /// <summary>The queue that logins are read from. Default <c>login-queue</c>.</summary>
    public string QueueName { get; set; } = "login-queue";

    /// <summary>The queue for invalid messages. Default: the queue's name and <c>-dead</c>.</summary>
    public string? DeadLetterQueueName { get; set; }

    /// <summary>
    /// The endpoint of an SQS that is not AWS's own, such as <c>http://127.0.0.1:4566</c>. Default:
    /// <c>AWS:ServiceURL</c>, then <c>AWS_ENDPOINT_URL_SQS</c>, <c>AWS_ENDPOINT_URL</c> and the profile's
    /// <c>endpoint_url</c>, then AWS's own by region.
    /// </summary>
    public Uri? ServiceUrl { get; set; }

    /// <summary>
    /// Whether an endpoint on another machine must be https. Default false: the log then warns of http.
    /// </summary>
    public bool RequireTls { get; set; }

    /// <summary>The AWS region. Default: <c>AWS:Region</c>, then that of the AWS environment or profile.</summary>
    public string? Region { get; set; }

    /// <summary>
    /// The wire protocol. Default <see cref="SqsProtocol.Auto"/>: JSON, or Query where an endpoint rejects JSON.
    /// </summary>
    public SqsProtocol Protocol { get; set; } = ClientDefaults.Protocol;

    /// <summary>
    /// Whether receives and deletes skip the AWS SDK's pipeline where the reply is an ordinary one, which saves CPU
    /// time. Default true.
    /// </summary>
    public bool DirectCalls { get; set; } = ClientDefaults.DirectCalls;

    /// <summary>
    /// Whether queues that do not exist are created at start. Default false: the queue belongs to its producer.
    /// </summary>
    public bool CreateQueues { get; set; }

    /// <summary>How many messages the process may hold at a time, 1 to 100,000. Default 2,000.</summary>
    public int PrefetchCount { get; set; } = SqsReceiveLimits.DefaultPrefetchCount;

    /// <summary>How many MiB of bodies the process may hold at a time, 10 to 100,000. Default 192.</summary>
    public int PrefetchMebibytes { get; set; } = (int)(SqsReceiveLimits.DefaultPrefetchBytes / Mebibyte);

    /// <summary>How long a poll waits for messages, 0 to 20 seconds (SQS's limit). Default 20.</summary>
    public int WaitTimeSeconds { get; set; } = (int)SqsReceiveLimits.DefaultWaitTime.TotalSeconds;

    /// <summary>
    /// How long a received message stays hidden until its lease is renewed, 5 to 43,200 seconds. Default 30.
    /// </summary>
    public int VisibilityTimeoutSeconds { get; set; } = (int)SqsReceiveLimits.DefaultVisibilityTimeout.TotalSeconds;

    /// <summary>
    /// What stands around a login in a body: nothing, a notification of SNS, an event of EventBridge, or any of these.
    /// Default <see cref="SqsUnwrap.None"/>.
    /// </summary>
    public SqsUnwrap Unwrap { get; set; } = SqsUnwrap.None;

    /// <summary>
    /// The S3 buckets that pointers of AWS's extended clients may name. Default: none, and no pointer is followed.
    /// </summary>
    public IList<string> PayloadBuckets { get; } = [];

    /// <summary>
    /// Whether the object of a login is deleted from S3 once its message is deleted. Default false.
    /// </summary>
    public bool DeletePayloads { get; set; }

    /// <summary>
    /// The dead-letter queue's name, set or derived. SQS requires <c>.fifo</c> at the end of a FIFO queue's name.
    /// </summary>
    public string DeadLetterQueue =>
        string.IsNullOrEmpty(DeadLetterQueueName) ? SqsQueueName.DeadLetterOf(QueueName) : DeadLetterQueueName;
}
