namespace FetchEtl.Logins;

/// <summary>Names the rule that a dead letter broke, for metrics.</summary>
public static class LoginRules
{
    /// <summary>
    /// Returns the first broken rule in the contract's order, as <c>user_id.required</c> or <c>body.not_json</c>, or
    /// <c>row.rejected</c> where PostgreSQL rejected the row for its own values. The names are few and fixed.
    /// </summary>
    /// <param name="exception">What <see cref="LoginConsumer"/> threw.</param>
    /// <returns>Null where the exception is no verdict on a login.</returns>
    public static string? Of(Exception exception) => exception switch
    {
        InvalidLoginException { Fields.Count: > 0 } invalid => Of(invalid.Fields),
        LoginRejectedException => "row.rejected",
        _ => null,
    };

    private static string Of(IReadOnlyList<InvalidField> fields)
    {
        var first = fields.MinBy(static field => LoginFields.InOrder.IndexOf(field.Name));
        return $"{first.Name}.{first.Rule}";
    }
}
