namespace FetchEtl.Sqs;

/// <summary>
/// Keeps the order of a FIFO queue in this process: the messages of a group are handled one after another, as received,
/// and groups in parallel. When a message returns to the queue, the later ones of its group return too, and SQS
/// delivers them again in order.
/// </summary>
internal sealed class MessageGroups
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Task<bool>> _last = new(StringComparer.Ordinal);

    /// <summary>Joins the end of a group; the turn must be ended.</summary>
    public Turn Join(string group)
    {
        lock (_gate)
        {
            var turn = new Turn(this, group, _last.GetValueOrDefault(group, Task.FromResult(true)));
            _last[group] = turn.Handled;
            return turn;
        }
    }

    private void Leave(Turn turn)
    {
        lock (_gate)
        {
            if (_last.GetValueOrDefault(turn.Group) == turn.Handled)
            {
                _last.Remove(turn.Group);
            }
        }
    }

    /// <summary>One message's place in its group.</summary>
    internal sealed class Turn(MessageGroups groups, string group, Task<bool> previous)
    {
        private readonly TaskCompletionSource<bool> _handled = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Group => group;

        /// <summary>Completes with the message before: true when it was handled, false when it goes back.</summary>
        public Task<bool> Previous => previous;

        /// <summary>The <see cref="Previous"/> of the message behind.</summary>
        public Task<bool> Handled => _handled.Task;

        public void End(bool handled)
        {
            groups.Leave(this);
            _handled.SetResult(handled);
        }
    }
}
