namespace FetchEtl.Local;

/// <summary>
/// Moves the visible messages of a dead-letter queue to <paramref name="destination"/>, or each to the queue that it
/// came from. Moves all at once, or a number at the start of each second.
/// </summary>
internal sealed class MoveTask(
    StoredQueue source,
    StoredQueue? destination,
    int? perSecond,
    TimeProvider time,
    Func<string, StoredQueue?> findByArn) : IDisposable
{
    private readonly Lock _lock = new();
    private ITimer? _timer;

    public Guid Id { get; } = Guid.NewGuid();

    public StoredQueue? Destination => destination;

    public int? MaxNumberOfMessagesPerSecond => perSecond;

    public long StartedAt { get; } = time.GetUtcNow().ToUnixTimeMilliseconds();

    public int ToMove { get; } = source.Count().Visible;

    public int Moved { get; private set; }

    public MoveTaskStatus Status { get; private set; }

    public string? FailureReason { get; private set; }

    public void Start()
    {
        lock (_lock)
        {
            _timer = time.CreateTimer(_ => MoveSome(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        }

        MoveSome();
    }

    public void Cancel()
    {
        lock (_lock)
        {
            if (Status != MoveTaskStatus.Running)
            {
                throw ApiError.UnsupportedOperation.With("Only a task that is running can be cancelled.");
            }

            End(MoveTaskStatus.Cancelled);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _timer?.Dispose();
        }
    }

    private void MoveSome()
    {
        lock (_lock)
        {
            for (var left = perSecond ?? int.MaxValue; Status == MoveTaskStatus.Running; left--)
            {
                if (Moved == ToMove)
                {
                    End(MoveTaskStatus.Completed);
                }
                else if (left == 0)
                {
                    return;
                }
                else
                {
                    MoveOne();
                }
            }
        }
    }

    private void MoveOne()
    {
        try
        {
            while (source.Peek() is { } message)
            {
                if (source.TryMove(message, TargetOf(message)))
                {
                    Moved++;
                    return;
                }
            }

            End(MoveTaskStatus.Completed);
        }
        catch (ApiException e)
        {
            FailureReason = e.Error.QueryCode;
            End(MoveTaskStatus.Failed);
        }
    }

    private StoredQueue TargetOf(StoredMessage message)
    {
        if (destination is not null)
        {
            return findByArn(destination.Arn) ?? throw ApiError.NoSuchQueue();
        }

        return message.DeadLetterSourceArn is { } arn && findByArn(arn) is { } origin
            ? origin
            : throw ApiError.ResourceNotFound.With("The queue that the message came from doesn't exist.");
    }

    private void End(MoveTaskStatus status)
    {
        Status = status;
        _timer?.Dispose();
    }
}

/// <summary>The state of a move task; the wire has it in capitals.</summary>
internal enum MoveTaskStatus
{
    Running,
    Completed,
    Cancelled,
    Failed,
}
