namespace FetchEtl.Logins;

/// <summary>How an attempt to write a batch ended, and why.</summary>
/// <param name="Result">How it ended.</param>
/// <param name="Duration">How long the statement took.</param>
/// <param name="Write">Which rows are new or missing, where it was committed.</param>
/// <param name="Fault">What PostgreSQL reported, where a statement failed.</param>
/// <param name="Exception">The failure, where it is not PostgreSQL's.</param>
internal readonly record struct BatchOutcome(
    BatchResult Result,
    TimeSpan Duration = default,
    BatchWrite Write = default,
    DatabaseFault Fault = default,
    Exception? Exception = null);
