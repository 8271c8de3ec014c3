using System.Diagnostics;

namespace FetchEtl.Logins;

/// <summary>
/// A row and the task that its caller awaits. The caller's code does not run on the writer's loop. Cancelling withdraws
/// the row while it waits; while a statement writes it, the outcome of the statement comes first.
/// </summary>
/// <remarks>
/// The row is formed when the table's settings are known, and again where they change before it is written. Only the
/// loop that owns the row does that.
/// </remarks>
internal sealed class PendingLogin : TaskCompletionSource
{
    private readonly CancellationToken _cancellationToken;
    private readonly CancellationTokenRegistration _registration;
    private readonly ILoginSource _source;
    private State _state;

    public PendingLogin(ILoginSource source, CancellationToken cancellationToken)
        : base(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        _source = source;
        Login = source.Unformed;
        Values = [];
        _cancellationToken = cancellationToken;
        _registration = cancellationToken.UnsafeRegister(static pending => ((PendingLogin)pending!).Withdraw(), this);
    }

    private enum State
    {
        Waiting,
        Writing,
        Withdrawn,
    }

    /// <summary>The row under <see cref="Settings"/>.</summary>
    public UserLogin Login { get; private set; }

    /// <summary>The raw values behind the masks; empty where there is no vault.</summary>
    public IReadOnlyList<VaultValue> Values { get; private set; }

    /// <summary>The table's settings that the row was formed under; null while they are unknown.</summary>
    public TableSettings? Settings { get; private set; }

    /// <summary>The message's id as received; null where the row has none.</summary>
    public Guid? MessageId => _source.MessageId;

    /// <summary>When the message was sent, in UTC; null where that is unknown.</summary>
    public DateTime? SentTime { get; init; }

    /// <summary>The span that the message is handled in; null while no listener records the writer's spans.</summary>
    public Activity? Span { get; } = LoginTracing.Current;

    /// <summary>Whether the caller has cancelled, in whatever state the row is.</summary>
    public bool HasLeft => _cancellationToken.IsCancellationRequested;

    /// <summary>Forms the row, unless it was formed under the same settings.</summary>
    public void Form(TableSettings settings)
    {
        if (!ReferenceEquals(Settings, settings))
        {
            (Login, Values) = _source.Under(settings);
            Settings = settings;
        }
    }

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
