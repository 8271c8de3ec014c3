namespace FetchEtl.Logins;

/// <summary>How a batch ended, and why.</summary>
/// <param name="Result">How it ended.</param>
/// <param name="Inserted">The number of new rows, where it was committed.</param>
/// <param name="Fault">What PostgreSQL reported, where a statement failed.</param>
/// <param name="Exception">The failure, where it is not PostgreSQL's.</param>
internal readonly record struct BatchOutcome(
    BatchResult Result, int Inserted = 0, DatabaseFault Fault = default, Exception? Exception = null);
