namespace FetchEtl.Logins;

/// <summary>A column of masks, or of what shall become some.</summary>
/// <param name="Name">Its name in the table: as it is, not as SQL would quote it, until <see cref="LiftTable"/> holds it.</param>
/// <param name="Field">The field whose values it holds.</param>
internal readonly record struct LiftColumn(string Name, PiiField Field);
