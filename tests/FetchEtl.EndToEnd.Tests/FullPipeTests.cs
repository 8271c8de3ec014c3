using System.Diagnostics;
using FetchEtl.Testing;
using Xunit.Abstractions;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>
/// Standard error or standard output is a pipe that is not read, or that is closed. A shell connects the real process
/// to such a pipe.
/// </summary>
[Trait("Category", "Slow")]
public sealed class FullPipeTests(ITestOutputHelper output)
{
    private const int Count = 5000;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    [PosixFact]
    public async Task A_log_that_nobody_reads_stops_neither_the_work_nor_SIGTERM()
    {
        await using var estate = await Estate.CreateAsync();

        // A line for each message, and the logs of MassTransit, fill a pipe of 64 KB many times.
        estate.Settings["Logging__LogLevel__Default"] = "Trace";
        estate.Settings["Logging__LogLevel__MassTransit"] = "Trace";
        await estate.SendAsync(Count, seed: 1);

        // The shell holds the pipe's other end open, reads nothing, and prints the process's id, then its exit code.
        using var shell = Start(estate, "exec 3>&1; { \"$@\" 2>&1 >/dev/null & echo $! >&3; wait $!; echo $? >&3; } "
            + "| sleep 600", "run");
        var id = await shell.StandardOutput.ReadLineAsync().WaitAsync(Limit);

        await estate.AssertAllWrittenOnceAsync(Count);
        var stopping = Stopwatch.StartNew();
        await KillAsync("TERM", id!);
        var code = await shell.StandardOutput.ReadLineAsync().WaitAsync(Limit);
        output.WriteLine($"{Count} rows; exit code {code} after {stopping.Elapsed.TotalSeconds:0.0} s");
        shell.Kill(entireProcessTree: true);

        Assert.Equal("0", code);
        Assert.True(stopping.Elapsed < TimeSpan.FromSeconds(20), $"It took {stopping.Elapsed}.");
    }

    [PosixFact]
    public async Task The_log_says_how_many_lines_were_dropped_once_it_is_read_again()
    {
        await using var estate = await Estate.CreateAsync();
        estate.Settings["Logging__LogLevel__Default"] = "Trace";
        estate.Settings["Logging__LogLevel__MassTransit"] = "Trace";
        await estate.SendAsync(Count, seed: 1);

        // The reader begins when the shell's input ends. The lines of the stop follow then.
        using var shell = Start(
            estate,
            "exec 3>&1 4<&0; { \"$@\" 2>&1 >/dev/null & echo $! >&3; wait $!; } "
            + "| { cat <&4; perl -ne '$| = 1; print \"reading\\n\" if $. == 1; print if /dropped/' >&3; }",
            "run");
        var id = await shell.StandardOutput.ReadLineAsync().WaitAsync(Limit);
        await estate.AssertAllWrittenOnceAsync(Count);
        shell.StandardInput.Close();
        Assert.Equal("reading", await shell.StandardOutput.ReadLineAsync().WaitAsync(Limit));
        await KillAsync("TERM", id!);
        var line = await shell.StandardOutput.ReadLineAsync().WaitAsync(Limit);
        shell.Kill(entireProcessTree: true);

        Assert.Matches("[1-9][0-9]* message\\(s\\) dropped", line!);
    }

    [PosixFact]
    public async Task A_verb_whose_errors_nobody_reads_ends_with_its_exit_code()
    {
        await using var estate = await Estate.CreateAsync();

        // The pipe is full before the verb writes to it.
        using var shell = Start(
            estate,
            "exec 3>&1; { head -c 65536 /dev/zero; \"$@\" 2>&1 >/dev/null; echo $? >&3; } | sleep 600",
            "run",
            "--Sqs:WaitTimeSeconds=21");
        var code = await shell.StandardOutput.ReadLineAsync().WaitAsync(Limit);
        shell.Kill(entireProcessTree: true);

        Assert.Equal("1", code);
    }

    [PosixFact]
    public async Task A_verb_whose_output_is_closed_after_a_line_prints_no_crash()
    {
        await using var estate = await Estate.CreateAsync();
        using var shell = Start(estate, "\"$@\" | head -1", "migrate", "--script");

        var errors = shell.StandardError.ReadToEndAsync();
        var line = await shell.StandardOutput.ReadToEndAsync().WaitAsync(Limit);

        Assert.Single(line.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(string.Empty, await errors);
    }

    private static Process Start(Estate estate, string script, params string[] arguments)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "fetch-etl.dll");
        var start = new ProcessStartInfo("bash", ["-c", script, "bash", "dotnet", program, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (key, value) in estate.Settings)
        {
            start.Environment[key] = value;
        }

        return Process.Start(start)!;
    }

    private static async Task KillAsync(string signal, string id)
    {
        using var kill = Process.Start("kill", ["-s", signal, id]);
        await kill.WaitForExitAsync();
    }
}
