using System.CommandLine;
using System.Security.Cryptography;
using FetchEtl.Local;

namespace FetchEtl.Benchmarks;

internal static class ChaosCommand
{
    private const int Kept = 0;
    private const int Broken = 1;

    private static readonly Option<int> Minutes = NumberOption.AtLeastOne("--minutes", "How many rounds of strikes, of about a minute each.", 1);

    private static readonly Option<int?> Messages = new("--messages")
    {
        Description = "How many messages are sent during the strikes. Default: 20000 a minute.",
    };

    private static readonly Option<int?> Seed = new("--seed") { Description = "Repeats a run. Default: a random one, printed first." };

    public static Command Create()
    {
        var command = new Command(
            "chaos",
            """
            Breaks everything around real workers and counts what became of every message.

            A seed fixes the messages, the order, spacing and aim of the strikes, and which calls of SQS fail: the n-th call of an
            operation has the same fate in each run. It can't fix the machine's timing: which messages a worker holds when it is
            killed, and so how many calls there are, differ from run to run.

            Needs PostgreSQL's binaries, and signals: Linux or macOS. Exit code 1: a promise was broken, or a kind of fault never struck.
            """)
        {
            Minutes,
            Messages,
            Seed,
        };
        Messages.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() < 1)
            {
                result.AddError("--messages must be 1 or more.");
            }
        });
        command.SetAction((parsed, cancellationToken) => RunAsync(
            new ChaosOptions
            {
                Seed = parsed.GetValue(Seed) ?? RandomNumberGenerator.GetInt32(int.MaxValue),
                Minutes = parsed.GetValue(Minutes),
                Messages = parsed.GetValue(Messages) ?? 20_000 * parsed.GetValue(Minutes),
            },
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ChaosOptions options, CancellationToken cancellationToken)
    {
        Console.WriteLine($"Seed {options.Seed}: {options.Messages} messages, {options.Minutes} rounds of strikes.");
        ChaosFigures figures;
        try
        {
            figures = await ChaosRun.RunAsync(options, Console.WriteLine, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return Broken;
        }
        catch (LocalPostgresException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return Broken;
        }

        Console.WriteLine();
        Console.WriteLine(figures);
        foreach (var failure in figures.Failures)
        {
            await Console.Error.WriteLineAsync($"BROKEN: {failure}");
        }

        if (figures.Failures.Count == 0)
        {
            return Kept;
        }

        await Console.Error.WriteLineAsync($"Again: {options}");
        return Broken;
    }
}
