namespace FetchEtl.Logins;

/// <summary>
/// The statement did not end within the command timeout, and the server answered that it cancelled it. So the
/// connection works, and fewer rows may be written in time.
/// </summary>
internal sealed class StatementTimeoutException(int seconds, Exception inner)
    : TimeoutException($"the statement did not end within the command timeout of {seconds} s", inner);
