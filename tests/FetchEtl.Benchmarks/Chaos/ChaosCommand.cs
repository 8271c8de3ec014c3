using System.CommandLine;
using System.Security.Cryptography;
using FetchEtl.Local;

namespace FetchEtl.Benchmarks;

/// <summary>
/// The verb <c>chaos</c>: breaks SQS, PostgreSQL and the workers while messages arrive, then compares every message
/// with its row or dead letter. It counts lost, doubled, wrong and stuck messages, and canaries in every output.
/// </summary>
internal static class ChaosCommand
{
    private const int Kept = 0;
    private const int Broken = 1;

    private static readonly Option<int> Minutes =
        NumberOption.AtLeastOne("--minutes", "How many rounds of strikes. A round takes about a minute.", 1);

    private static readonly Option<int?> Messages = new("--messages")
    {
        Description = "How many messages are sent during the strikes. Default: 20000 a minute.",
    };

    private static readonly Option<int?> Seed = new("--seed")
    {
        Description = "The seed of a run to repeat. Default: a random one, which is printed first.",
    };

    private static readonly Option<StrikeKind[]> Only = new("--only")
    {
        Description = "Kinds of strikes to draw from, without other faults of SQS. Default: all kinds.",
        AllowMultipleArgumentsPerToken = true,
    };

    public static Command Create()
    {
        var command = new Command(
            "chaos",
            """
            Breaks SQS, PostgreSQL and the workers while messages arrive, then checks the result of every message.

            A seed fixes the messages, the order, spacing and targets of the strikes, and which SQS calls fail: the n-th
            call of an operation since the last change of the faults fails in every run or in none. It cannot fix the
            timing of the machine. So the messages that a killed worker holds, and the number of calls, differ from run
            to run.

            Needs PostgreSQL's binaries, and signals: Linux or macOS. Exit code 1: a promise was broken, or a kind of
            fault or strike never happened.
            """)
        {
            Minutes,
            Messages,
            Seed,
            Only,
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
                Only = parsed.GetValue(Only) ?? [],
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

        await Console.Error.WriteLineAsync($"Repeat with: {options}");
        return Broken;
    }
}
