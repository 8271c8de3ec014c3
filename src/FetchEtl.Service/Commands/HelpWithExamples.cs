using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace FetchEtl.Service;

/// <summary>The help of System.CommandLine, and the examples of the verb behind it.</summary>
/// <param name="help">Prints the rest of the help.</param>
internal sealed class HelpWithExamples(SynchronousCommandLineAction help) : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool ClearsParseErrors => help.ClearsParseErrors;

    /// <summary>Lets a program's help show examples.</summary>
    public static void AddTo(RootCommand root)
    {
        var option = root.Options.OfType<HelpOption>().Single();
        option.Action = new HelpWithExamples((SynchronousCommandLineAction)option.Action!);
    }

    public override int Invoke(ParseResult parseResult)
    {
        var code = InvokeHelp(parseResult);
        if (parseResult.CommandResult.Command is VerbCommand { Examples: { Count: > 0 } examples })
        {
            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach (var example in examples)
            {
                output.WriteLine($"  {example}");
            }

            output.WriteLine();
        }

        return code;
    }

    /// <summary>The parser adds settings to a verb's argument, so its arity is not what the verb takes.</summary>
    private int InvokeHelp(ParseResult parseResult)
    {
        if (parseResult.CommandResult.Command is not VerbCommand { TakesOneValue: true } verb)
        {
            return help.Invoke(parseResult);
        }

        var (configuration, text) = (parseResult.InvocationConfiguration, new StringWriter());
        var output = configuration.Output;
        configuration.Output = text;
        try
        {
            return help.Invoke(parseResult);
        }
        finally
        {
            configuration.Output = output;
            var name = verb.Arguments[0].Name;
            output.Write(text.ToString().Replace($"[<{name}>...]", $"<{name}>", StringComparison.Ordinal));
        }
    }
}
