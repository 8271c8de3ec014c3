namespace FetchEtl.Local;

/// <summary>The message move tasks of one dead-letter queue, newest first. At most one is running.</summary>
internal sealed class MoveTasks : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<MoveTask> _tasks = [];

    public void Start(MoveTask task)
    {
        lock (_lock)
        {
            if (_tasks.Any(other => other.Status == MoveTaskStatus.Running))
            {
                throw ApiError.InvalidParameterValue.With(
                    "There is already a task running. Only one active task is allowed for a source queue arn at a "
                    + "given time.");
            }

            _tasks.Insert(0, task);
            _tasks.RemoveRange(
                Math.Min(_tasks.Count, Quotas.ListedMoveTasks), Math.Max(0, _tasks.Count - Quotas.ListedMoveTasks));
        }

        task.Start();
    }

    public MoveTask? Find(Guid id)
    {
        lock (_lock)
        {
            return _tasks.Find(task => task.Id == id);
        }
    }

    public MoveTask[] Latest(int max)
    {
        lock (_lock)
        {
            return [.. _tasks.Take(max)];
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _tasks.ForEach(task => task.Dispose());
        }
    }
}
