namespace FetchEtl.Benchmarks;

/// <summary>Knows the rules that every schedule keeps, and stops the schedule that breaks one.</summary>
internal sealed class ScheduleJudge(SchedulePlan plan, SimulationTrace trace)
{
    /// <summary>
    /// How often a worker may fail at one kind of call within <see cref="Window"/>. The most are some dozen refused
    /// rows that are retried, each with a backoff of its own. Without a delay there would be a thousand.
    /// </summary>
    private const int MostFailures = 400;

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    private readonly Dictionary<(string, string), Queue<TimeSpan>> _failures = [];
    private readonly bool[] _deadLettered = new bool[plan.Messages.Count];

    public string? Violation { get; private set; }

    /// <summary>SQS deleted the message because a worker asked for it.</summary>
    public void Deleted(int message, bool hasDurableRow)
    {
        trace.Note($"message {message} is gone from the queue");
        if (!hasDurableRow && !_deadLettered[message])
        {
            Fail($"message {message} was deleted, without a durable row and without a dead letter");
        }
    }

    /// <summary>A worker sent the message to the dead-letter queue.</summary>
    public void DeadLettered(int message, bool byRedrive)
    {
        var by = byRedrive ? " by the redrive policy" : string.Empty;
        trace.Note($"message {message} is dead-lettered{by}");
        _deadLettered[message] = true;
        if (plan.Messages[message] == MessageKind.Good)
        {
            Fail($"the good message {message} was dead-lettered{by}");
        }
    }

    /// <summary>The table got a row.</summary>
    public void Inserted(int message, int rows)
    {
        if (rows > 1)
        {
            Fail($"message {message} has {rows} rows");
        }
    }

    /// <summary>A call of a worker failed. It may try again, but not at once and for ever.</summary>
    public void Failed(string worker, string operation)
    {
        var now = trace.Clock();
        if (!_failures.TryGetValue((worker, operation), out var recent))
        {
            _failures.Add((worker, operation), recent = []);
        }

        recent.Enqueue(now);
        while (recent.Peek() < now - Window)
        {
            recent.Dequeue();
        }

        if (recent.Count > MostFailures)
        {
            Fail(
                $"a storm of retries: more than {MostFailures} failures of {operation} in {Window.TotalSeconds} s");
        }
    }

    /// <summary><c>drain</c> reported an empty queue.</summary>
    public void ReportedEmpty(int left)
    {
        if (left > 0)
        {
            Fail($"drain reported an empty queue while {left} messages were left");
        }
    }

    /// <summary>Everything has settled, and PostgreSQL's standby was promoted for good measure.</summary>
    public void Ended(Func<int, int> rows)
    {
        for (var message = 0; message < plan.Messages.Count; message++)
        {
            var count = rows(message);
            if (count > 1 || (count == 0 && !_deadLettered[message]))
            {
                Fail($"at the end message {message} ({plan.Messages[message]}) has {count} rows");
            }
        }
    }

    private void Fail(string violation)
    {
        trace.Note($"VIOLATION: {violation}");
        Violation ??= violation;
    }
}
