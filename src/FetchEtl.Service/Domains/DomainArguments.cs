using System.CommandLine;

namespace FetchEtl.Service;

/// <summary>What several of the verbs on domains have in common.</summary>
internal static class DomainArguments
{
    public static Argument<string[]> Name() => new("name")
    {
        Description = "The domain's name.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public static Option<bool> Json() => new("--json") { Description = "Print the result as one line of JSON." };

    /// <summary>Reads the one name of a command line.</summary>
    /// <exception cref="UsageException">There is none, or there are several.</exception>
    public static string NameOf(ParseResult parsed, Argument<string[]> argument, string verb) =>
        parsed.Values(argument) is [var name]
            ? name
            : throw new UsageException($"{verb} needs one name, as in 'fetch-etl domain {verb} analysts'.");
}
