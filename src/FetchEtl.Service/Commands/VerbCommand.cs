using System.CommandLine;

namespace FetchEtl.Service;

/// <summary>A verb with examples for its help.</summary>
/// <param name="name">The name, as typed.</param>
/// <param name="description">The text for <c>--help</c>.</param>
internal sealed class VerbCommand(string name, string description) : Command(name, description)
{
    /// <summary>Whole command lines, as typed at a shell.</summary>
    public IReadOnlyList<string> Examples { get; private set; } = [];

    /// <summary>Whether a failure is a line of the log where the log is JSON.</summary>
    public bool LogsFailures { get; private set; }

    /// <summary>Reports a failure as a line of the log where the log is JSON.</summary>
    /// <returns>The verb itself.</returns>
    public VerbCommand WithLoggedFailures()
    {
        LogsFailures = true;
        return this;
    }

    /// <summary>Whether the verb takes exactly one value beside its settings.</summary>
    public bool TakesOneValue { get; private set; }

    /// <summary>Lets the help show that the verb takes exactly one value.</summary>
    /// <returns>The verb itself.</returns>
    public VerbCommand WithOneValue()
    {
        TakesOneValue = true;
        return this;
    }

    /// <summary>Sets the examples.</summary>
    /// <returns>The verb itself.</returns>
    public VerbCommand WithExamples(params IReadOnlyList<string> examples)
    {
        Examples = examples;
        return this;
    }
}
