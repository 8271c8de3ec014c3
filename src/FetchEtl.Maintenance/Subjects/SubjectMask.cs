namespace FetchEtl.Maintenance;

/// <summary>A mask of a value in one generation.</summary>
/// <param name="Text">The mask.</param>
/// <param name="Generation">
/// Its generation where the text does not show it, as in a look-alike; else null. Two values can have the same
/// look-alike in two generations.
/// </param>
public readonly record struct SubjectMask(string Text, int? Generation);
