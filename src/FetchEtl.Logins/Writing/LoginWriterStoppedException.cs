namespace FetchEtl.Logins;

/// <summary>
/// The writer was stopped before the commit of the row was known. Deliver the message again: if the row was committed
/// after all, its message id prevents a second one.
/// </summary>
public sealed class LoginWriterStoppedException : Exception
{
    internal LoginWriterStoppedException()
        : base("The login writer was stopped before the row was committed. Deliver the message again.")
    {
    }
}
