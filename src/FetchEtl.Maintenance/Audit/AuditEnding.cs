namespace FetchEtl.Maintenance;

/// <summary>How an action of <c>audit_log</c> ended: a word of its second entry.</summary>
public enum AuditEnding
{
    /// <summary>It did all that was asked.</summary>
    Done,

    /// <summary>It ended, and left something behind.</summary>
    Incomplete,

    /// <summary>It failed or was stopped. What it did before stays done.</summary>
    Failed,
}

/// <summary>What an action showed or changed.</summary>
/// <param name="Count">How much of it, all together.</param>
/// <param name="Text">The same by kind, such as <c>4 rows, 1 dead letter</c>. It holds no value.</param>
public sealed record AuditOutcome(long Count, string Text);
