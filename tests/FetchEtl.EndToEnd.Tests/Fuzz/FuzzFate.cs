namespace FetchEtl.EndToEnd.Tests;

/// <summary>What must become of a body, by how it was made.</summary>
internal enum FuzzFate
{
    /// <summary>A mutant may still be a login: one or the other.</summary>
    Either,

    Row,

    DeadLetter,
}
