using Amazon.Runtime;
using Amazon.SQS;
using Npgsql;

namespace FetchEtl.Service;

/// <summary>What the sections of <c>doctor</c> share: each adds what it finds for those after it.</summary>
/// <param name="host">Settings and services.</param>
/// <param name="time">The clock of this machine.</param>
/// <param name="limit">Limits each call.</param>
internal sealed class DoctorContext(DoctorHost host, TimeProvider time, CallLimit limit) : IAsyncDisposable
{
    public DoctorHost Host => host;

    public TimeProvider Time => time;

    public CallLimit Limit => limit;

    /// <summary>The valid settings of the queue; null where they are invalid.</summary>
    public SqsSettings? Sqs { get; set; }

    /// <summary>The client of SQS; null where it cannot be created.</summary>
    public AmazonServiceClient? Client { get; set; }

    /// <summary>Why SQS cannot be asked; null while it can.</summary>
    public string? NoSqs { get; set; }

    /// <summary>The queue; its URL is null where it cannot be used.</summary>
    public QueueFound Queue { get; set; } = QueueFound.Unknown;

    /// <summary>The dead-letter queue.</summary>
    public QueueFound DeadLetters { get; set; } = QueueFound.Unknown;

    /// <summary>The last date that SQS gave, and this machine's time between request and reply.</summary>
    public ClockReading? SqsClock { get; set; }

    /// <summary>The session; null where there is none.</summary>
    public NpgsqlConnection? Connection { get; set; }

    /// <summary>Why PostgreSQL cannot be asked; null while it can.</summary>
    public string? NoDatabase { get; set; }

    /// <summary>Whether all migrations were applied; null where the role may not read that.</summary>
    public bool? IsMigrated { get; set; }

    /// <summary>Whether the table lacks what the service writes.</summary>
    public bool LacksColumns { get; set; }

    /// <summary>Whether the table exists.</summary>
    public bool HasTable { get; set; }

    /// <summary>Whether the table is partitioned.</summary>
    public bool IsPartitioned { get; set; }

    /// <summary>The client, for calls of SQS.</summary>
    public IAmazonSQS Calls => (IAmazonSQS)Client!;

    public async ValueTask DisposeAsync()
    {
        if (Connection is not null)
        {
            try
            {
                await limit.RunAsync(_ => Connection.DisposeAsync().AsTask(), CancellationToken.None);
            }
            catch (TimeoutException)
            {
                // A call that did not end holds the connection. The process ends now.
            }
        }
    }
}
