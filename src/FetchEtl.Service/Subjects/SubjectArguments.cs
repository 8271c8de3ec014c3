using System.CommandLine;
using FetchEtl.Masking;

namespace FetchEtl.Service;

/// <summary>The options that the verbs on a person's data have in common.</summary>
internal sealed class SubjectArguments
{
    public Option<string> Field { get; } = new("--field")
    {
        Description = $"The field whose values name the person: {PiiFields.Names}.",
        Required = true,
    };

    public Argument<string[]> Values { get; } = new("value")
    {
        Description = "The values. Without any they are read from standard input, one a line. Prefer that: other " +
            "users of this machine can see arguments.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public Option<bool> NoDeadLetters { get; } = new("--no-dead-letters")
    {
        Description = "Leave the dead-letter queue out. Then no SQS is needed.",
    };

    public Option<bool> Force { get; } = new DeadArguments().Force;

    public Option<bool> Json { get; } = new("--json") { Description = "Print the result as one line of JSON." };

    /// <summary>Reads the field.</summary>
    /// <exception cref="UsageException">There is no such field.</exception>
    public PiiField ReadField(ParseResult parsed) => PiiFields.TryParse(parsed.GetValue(Field), out var field)
        ? field
        : throw new UsageException($"{Field.Name} must be one of {PiiFields.Names}.");

    /// <summary>Reads the values from the command line or from standard input.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public async Task<IReadOnlyList<PersonalText>> ReadValuesAsync(
        ParseResult parsed, CancellationToken cancellationToken)
    {
        var values = parsed.Values(Values).ToList();
        if (values.Count == 0)
        {
            StandardInput.Open("values");
            while (await StandardInput.ReadLineAsync(cancellationToken) is { } line)
            {
                values.Add(line);
            }
        }

        values.RemoveAll(string.IsNullOrEmpty);
        return values.Count > 0
            ? [.. values.Distinct(StringComparer.Ordinal).Select(value => new PersonalText(value))]
            : throw new UsageException("no value was given: name one, or write one a line to standard input.");
    }
}
