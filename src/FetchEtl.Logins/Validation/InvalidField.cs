namespace FetchEtl.Logins;

/// <summary>A reason why a message is not a login. It names the field and the rule, never the value.</summary>
/// <param name="Name">The key, such as <c>user_id</c>, or <c>body</c> for the message as a whole.</param>
/// <param name="Reason">The broken rule in words, such as <c>is missing</c>.</param>
/// <param name="Rule">
/// The broken rule as a name for metrics, such as <c>required</c>: one of a few fixed words.
/// </param>
public readonly record struct InvalidField(string Name, string Reason, string Rule)
{
    /// <summary>Returns the field and the reason, as in <c>user_id: is missing</c>.</summary>
    /// <returns>A text without personal data.</returns>
    public override string ToString() => $"{Name}: {Reason}";
}
