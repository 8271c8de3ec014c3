using System.Diagnostics;

namespace FetchEtl.Logins;

/// <summary>
/// A row and the task that its caller awaits. The caller's code does not run on the writer's loop. Cancelling withdraws
/// the row while it waits; while a statement writes it, the outcome of the statement comes first.
/// </summary>
internal sealed class PendingLogin : TaskCompletionSource
{
    private readonly CancellationToken _cancellationToken;
    private readonly CancellationTokenRegistration _registration;
    private State _state;

    public PendingLogin(UserLogin login, IReadOnlyList<VaultValue> values, CancellationToken cancellationToken)
        : base(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        Login = login;
        Values = values;
        _cancellationToken = cancellationToken;
        _registration = cancellationToken.UnsafeRegister(static pending => ((PendingLogin)pending!).Withdraw(), this);
    }

    private enum State
    {
        Waiting,
        Writing,
        Withdrawn,
    }

    public UserLogin Login { get; }

    /// <summary>The raw values behind the masks; empty where there is no vault.</summary>
    public IReadOnlyList<VaultValue> Values { get; }

    /// <summary>When the message was sent, in UTC; null where that is unknown.</summary>
    public DateTime? SentTime { get; init; }

    /// <summary>The span that the message is handled in; null where nobody records the writer's spans.</summary>
    public Activity? Span { get; } = LoginTracing.Current;

    /// <summary>Whether the caller has cancelled, in whatever state the row is.</summary>
    public bool HasLeft => _cancellationToken.IsCancellationRequested;

    /// <summary>Takes the row into a statement.</summary>
    /// <returns>False when the row was withdrawn.</returns>
    public bool TryBegin() => Interlocked.CompareExchange(ref _state, State.Writing, State.Waiting) == State.Waiting;

    /// <summary>The statement failed and another follows: until then the row can be withdrawn.</summary>
    public void PutBack()
    {
        Interlocked.Exchange(ref _state, State.Waiting);
        if (HasLeft)
        {
            Withdraw();
        }
    }

    public void Commit()
    {
        _registration.Unregister();
        SetResult();
    }

    public void Fail(Exception exception)
    {
        _registration.Unregister();
        SetException(exception);
    }

    private void Withdraw()
    {
        if (Interlocked.CompareExchange(ref _state, State.Withdrawn, State.Waiting) == State.Waiting)
        {
            SetCanceled(_cancellationToken);
        }
    }
}
