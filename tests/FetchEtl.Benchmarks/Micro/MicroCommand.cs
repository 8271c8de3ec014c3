using System.CommandLine;

namespace FetchEtl.Benchmarks;

/// <summary>
/// The verb <c>micro</c>: measures the steps of a message's path one by one with BenchmarkDotNet. It reports time and
/// allocated bytes for one message.
/// </summary>
internal static class MicroCommand
{
    private const int Done = 0;
    private const int Failed = 1;

    private static readonly Option<string> Filter = new("--filter")
    {
        Description = "Measures only the steps whose full name matches. * and ? are wildcards: "
            + "'*Masking*', '*ReceivePipe.Dispatch'.",
        HelpName = "GLOB",
        DefaultValueFactory = _ => "*",
    };

    public static Command Create()
    {
        var command = new Command(
            "micro",
            """
            Measures the steps of a message's path one by one, in this process: time and allocated bytes for one
            message.

            Needs PostgreSQL's binaries for UnnestWriting. Exit code 1: a step failed.
            """)
        {
            Filter,
        };
        command.SetAction(parsed => Run(parsed.GetValue(Filter)!));
        return command;
    }

    private static int Run(string filter)
    {
        if (!ReleaseBuild.IsThis("micro"))
        {
            return Failed;
        }

        var measured = 0;
        try
        {
            MicroRun.Measure(filter, Print);
        }
        catch (MicroException exception)
        {
            Console.Error.WriteLine(exception.Message);
            return Failed;
        }

        if (measured == 0)
        {
            Console.Error.WriteLine(
                $"--filter {filter} matches no step. The names end in: {string.Join(", ", MicroRun.Names)}.");
            return Failed;
        }

        return Done;

        void Print(StepFigures figures)
        {
            if (measured++ == 0)
            {
                Console.WriteLine(StepFigures.Header);
            }

            Console.WriteLine(figures);
        }
    }
}
