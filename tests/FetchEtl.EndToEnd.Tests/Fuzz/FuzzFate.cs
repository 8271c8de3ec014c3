namespace FetchEtl.EndToEnd.Tests;

/// <summary>The expected fate of a body, by its recipe.</summary>
internal enum FuzzFate
{
    /// <summary>A row or a dead letter: a mutant can still be a login.</summary>
    Either,

    Row,

    DeadLetter,
}
