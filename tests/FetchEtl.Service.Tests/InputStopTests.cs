using System.Diagnostics;
using System.Security.Cryptography;
using FetchEtl.Testing;

namespace FetchEtl.Service.Tests;

/// <summary>Verbs that wait for lines on standard input, and a stop. They hung until the stop's limit, 25 s.</summary>
[Trait("Category", "Slow")]
public sealed class InputStopTests
{
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(18);

    private static Dictionary<string, string> Settings => new()
    {
        ["Masking__Keys__0"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
        ["ConnectionStrings__Logins"] = "Host=127.0.0.1;Port=1",
    };

    [PosixTheory]
    [InlineData("mask", "--field", "ip")]
    [InlineData("erase", "--purpose", "test")]
    [InlineData("reveal", "--purpose", "test", "--private-key", "vault-private.pem")]
    public async Task A_stop_at_a_terminal_ends_a_verb_that_waits_for_lines_at_once(params string[] verb)
    {
        using var vault = new VaultKeyFiles();
        var settings = Settings;
        if (verb[0] == "erase")
        {
            // With keys it looks into the database first.
            settings.Remove("Masking__Keys__0");
        }

        string[] arguments = [.. verb.Select(word => word == "vault-private.pem" ? vault.Private : word)];

        await using var interrupted = TerminalProcess.Start(settings, arguments);
        await using var terminated = TerminalProcess.Start(settings, arguments);
        await interrupted.WaitForTextAsync("Ctrl+D ends the input");
        var stopping = Stopwatch.StartNew();
        await interrupted.TypeInterruptAsync();
        await interrupted.WaitAsync();
        var interrupt = stopping.Elapsed;

        await terminated.WaitForTextAsync("Ctrl+D ends the input");
        stopping.Restart();
        await terminated.TerminateAsync();
        await terminated.WaitAsync();

        Assert.Equal([128 + 2, 128 + 15], [interrupted.ExitCode, terminated.ExitCode]);
        Assert.True(interrupt < AtOnce && stopping.Elapsed < AtOnce, $"{interrupt}, {stopping.Elapsed}");
        Assert.DoesNotContain("not stopped after", interrupted.Screen + terminated.Screen);
        Assert.All([interrupted, terminated], run => Assert.Contains("fetch-etl: stopped after ", run.Screen));
    }

    [PosixFact]
    public async Task A_SIGTERM_ends_a_verb_that_waits_at_an_open_pipe_after_the_lines_before()
    {
        await using var mask = FetchEtlProcess.Start(Settings, "mask", "--field", "ip");
        await mask.WriteLineAsync("192.0.2.7");
        await mask.WaitForLineAsync(line => line.StartsWith("1:", StringComparison.Ordinal));

        var stopping = Stopwatch.StartNew();
        await mask.SignalAsync(ProcessSignal.Terminate);
        await mask.WaitAsync();

        Assert.Equal(128 + 15, mask.ExitCode);
        Assert.True(stopping.Elapsed < AtOnce, $"It took {stopping.Elapsed}.");
        Assert.Equal("fetch-etl: stopped after line 1 of the input. Repeat it with the rest.", mask.Errors.Trim());
    }
}
