namespace FetchEtl.Logins;

/// <summary>Inserts one batch. A test puts another in its place.</summary>
internal interface IBatchStatement
{
    /// <summary>
    /// Inserts the rows. A running statement is not cancelled, so that its outcome is known; Npgsql's command timeout
    /// limits it. It is cancelled only where the writer stops and every caller has cancelled.
    /// </summary>
    /// <param name="batch">The rows, taken into the statement.</param>
    /// <param name="stopping">Cancelled when the writer stops.</param>
    /// <returns>Which rows are new or missing.</returns>
    Task<BatchWrite> RunAsync(LoginBatch batch, CancellationToken stopping);
}
