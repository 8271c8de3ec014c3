using FetchEtl.Local;
using FetchEtl.Testing;

namespace FetchEtl.Service.Tests;

/// <summary>A long verb at a real terminal of 80 columns.</summary>
public sealed class TerminalTests
{
    /// <summary>The sequences that select a colour; those that move the cursor are none.</summary>
    private const string Colour = @"\u001b\[([0-9]+;)*(3|4|9|10)[0-9](;[0-9]+)*m";

    [PosixFact]
    public async Task A_long_verb_shows_rate_and_time_left_and_Ctrl_C_ends_it_with_130_and_says_how_to_go_on()
    {
        await using var sqs = await LocalSqs.StartAsync();
        sqs.Faults = new SqsFaultPlan
        {
            Rules =
            [
                new() { Kind = SqsFaultKind.Latency, Operation = "SendMessageBatch", LatencyMilliseconds = 100 },
            ],
        };
        string[] send =
        [
            "send", "--count", "100000", "--seed", "7", $"--Sqs:ServiceUrl={sqs.ServiceUrl}", "--Sqs:CreateQueues=true",
        ];
        await using var coloured = TerminalProcess.Start(new Dictionary<string, string>(), send);
        await using var plain = TerminalProcess.Start(new Dictionary<string, string> { ["NO_COLOR"] = "1" }, send);

        await coloured.WaitForTextAsync(" left");
        await plain.WaitForTextAsync(" left");
        await coloured.TypeInterruptAsync();
        await plain.TypeInterruptAsync();
        await coloured.WaitAsync();
        await plain.WaitAsync();

        Assert.Equal((130, 130), (coloured.ExitCode, plain.ExitCode));
        Assert.Matches(@"sending .* \d+% [0-9,.]+/s, \d+ (s|min)[0-9 s]* left", plain.Screen);
        Assert.Contains("stopped before the end. To send the rest, repeat the command with --seed 7", plain.Screen);
        Assert.Contains("\u001b[?25h", plain.Screen, StringComparison.Ordinal);
        Assert.Matches(Colour, coloured.Screen);
        Assert.DoesNotMatch(Colour, plain.Screen);
    }
}
