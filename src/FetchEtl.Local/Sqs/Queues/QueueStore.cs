using System.Collections.Concurrent;

namespace FetchEtl.Local;

/// <summary>All queues of the account in the region.</summary>
internal sealed class QueueStore(LocalSqsOptions options) : IDisposable
{
    private readonly ConcurrentDictionary<string, StoredQueue> _queues = new(StringComparer.Ordinal);
    private readonly Lock _creation = new();
    private int _created;

    public TimeProvider Time => options.TimeProvider;

    public string AccountId => options.AccountId;

    /// <summary>Sorted by name.</summary>
    public IEnumerable<StoredQueue> All() => _queues.Values.OrderBy(queue => queue.Name, StringComparer.Ordinal);

    public StoredQueue? Find(string name) => _queues.GetValueOrDefault(name);

    public StoredQueue? FindByArn(string arn) =>
        _queues.GetValueOrDefault(arn[(arn.LastIndexOf(':') + 1)..]) is { } queue && queue.Arn == arn ? queue : null;

    /// <summary>Creates a queue, or returns the existing one of that name.</summary>
    /// <exception cref="ApiException">The name is invalid, or a queue of that name has other attributes.</exception>
    public StoredQueue Create(
        string? name, IReadOnlyDictionary<string, string>? attributes, IReadOnlyDictionary<string, string>? tags)
    {
        var fifo = string.Equals(
            attributes?.GetValueOrDefault("FifoQueue"), "true", StringComparison.OrdinalIgnoreCase);
        CheckName(name, fifo);
        lock (_creation)
        {
            if (_queues.TryGetValue(name!, out var existing))
            {
                return existing.Settings.FirstDifference(attributes) is { } difference
                    ? throw ApiError.QueueNameExists.With(
                        $"A queue already exists with the same name and a different value for attribute {difference}")
                    : existing;
            }

            var settings = QueueSettings.Create(fifo, attributes);
            CheckDeadLetterQueue(settings, fifo);
            var arn = $"arn:aws:sqs:{options.Region}:{options.AccountId}:{name}";
            var queue = new StoredQueue(++_created, name!, arn, settings, Time, FindByArn);
            foreach (var (key, value) in tags ?? new Dictionary<string, string>())
            {
                queue.Tags[key] = value;
            }

            return _queues[name!] = queue;
        }
    }

    public void Configure(StoredQueue queue, IReadOnlyDictionary<string, string> changes)
    {
        lock (_creation)
        {
            CheckDeadLetterQueue(queue.Settings.With(changes, queue.IsFifo), queue.IsFifo);
            queue.Configure(changes);
        }
    }

    public void Delete(StoredQueue queue)
    {
        _queues.TryRemove(new(queue.Name, queue));
        queue.Dispose();
    }

    /// <summary>The queues whose redrive policy names this queue.</summary>
    public IEnumerable<StoredQueue> SourcesOf(StoredQueue deadLetterQueue) =>
        All().Where(queue => queue.Settings.RedrivePolicy?.TargetArn == deadLetterQueue.Arn);

    public void Dispose()
    {
        foreach (var queue in _queues.Values)
        {
            queue.Dispose();
        }
    }

    private static void CheckName(string? name, bool fifo)
    {
        if (name is null)
        {
            throw ApiError.Missing("QueueName");
        }

        const string Suffix = ".fifo";
        var hasSuffix = name.EndsWith(Suffix, StringComparison.Ordinal);
        var stem = hasSuffix ? name[..^Suffix.Length] : name;
        if (hasSuffix == fifo && name.Length <= Quotas.QueueNameLength
            && stem.Length > 0 && stem.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
        {
            return;
        }

        throw ApiError.InvalidParameterValue.With(fifo
            ? "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end "
                + $"with .fifo suffix and be 1 to {Quotas.QueueNameLength} in length."
            : "Can only include alphanumeric characters, hyphens, or underscores. "
                + $"1 to {Quotas.QueueNameLength} in length"
                + (hasSuffix ? ": only a queue with FifoQueue=true has a name that ends in .fifo." : ""));
    }

    private void CheckDeadLetterQueue(QueueSettings settings, bool fifo)
    {
        if (settings.RedrivePolicy is not { } policy)
        {
            return;
        }

        var text = settings.Get("RedrivePolicy");
        var target = FindByArn(policy.TargetArn)
            ?? throw ApiError.InvalidValue("RedrivePolicy", text, "Dead letter target does not exist.");
        if (target.IsFifo != fifo)
        {
            throw ApiError.InvalidValue(
                "RedrivePolicy", text, "Dead-letter queue must be same type of queue as the source.");
        }
    }
}
