namespace FetchEtl.Logins;

/// <summary>
/// The new and the missing rows of a committed statement. The rest was there already, under the same message ids.
/// </summary>
/// <param name="Inserted">The number of new rows.</param>
/// <param name="Missing">The rows that PostgreSQL neither inserted nor holds.</param>
internal readonly record struct BatchWrite(int Inserted, IReadOnlyList<PendingLogin> Missing);
