namespace FetchEtl.Logins;

/// <summary>One thing wrong with a login. It names the field and the rule, never the value.</summary>
/// <param name="Name">The contract's key, such as <c>user_id</c>, or <c>body</c> for the message as a whole.</param>
/// <param name="Reason">What is wrong, such as <c>is missing</c>.</param>
public readonly record struct InvalidField(string Name, string Reason)
{
    /// <summary>The field and the reason, as in <c>user_id: is missing</c>.</summary>
    /// <returns>A text free of personal data.</returns>
    public override string ToString() => $"{Name}: {Reason}";
}
