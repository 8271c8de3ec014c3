namespace FetchEtl.Logins;

/// <summary>
/// The writer was stopped before the row was known to be committed. Deliver the message again: where the row was
/// written after all, its message id keeps it single.
/// </summary>
public sealed class LoginWriterStoppedException : Exception
{
    internal LoginWriterStoppedException()
        : base("The login writer was stopped before the row was committed; deliver the message again.")
    {
    }
}
