using System.CommandLine;

namespace FetchEtl.Service;

/// <summary>A verb with examples for its help.</summary>
/// <param name="name">The name, as typed.</param>
/// <param name="description">The text for <c>--help</c>.</param>
internal sealed class VerbCommand(string name, string description) : Command(name, description)
{
    /// <summary>Whole command lines, as typed at a shell.</summary>
    public IReadOnlyList<string> Examples { get; private set; } = [];

    /// <summary>Sets the examples.</summary>
    /// <returns>The verb itself.</returns>
    public VerbCommand WithExamples(params IReadOnlyList<string> examples)
    {
        Examples = examples;
        return this;
    }
}
