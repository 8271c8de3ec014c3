using System.Diagnostics;
using FetchEtl.Testing;

namespace FetchEtl.Service.Tests;

/// <summary>Mistakes on the command line, at the real process: each error names the thing and the remedy.</summary>
[Trait("Category", "Slow")]
public sealed class CommandLineTests
{
    private static readonly Dictionary<string, string> NoSettings = [];

    [Theory]
    [InlineData("sned --count 3", "fetch-etl: there is no 'sned': the verbs of fetch-etl are demo, run, drain, send, ")]
    [InlineData("--Masking:Keys:0=canary run", "fetch-etl: '--Masking:Keys:0' stands before the verb")]
    [InlineData("keys", "fetch-etl: fetch-etl keys needs one of new, register.")]
    [InlineData("send --count abc", "fetch-etl: --count must be a whole number up to 2147483647, is 'abc'.")]
    [InlineData("send --invalid few", "fetch-etl: --invalid must be a number such as 0.1, is 'few'.")]
    [InlineData("send --count", "fetch-etl: --count needs a value.")]
    [InlineData("mask", "fetch-etl: --field is required.")]
    [InlineData("send --count 5 --lines 9-1", "fetch-etl: --lines must be ascending numbers and ranges from 1")]
    [InlineData("migrate", "fetch-etl: ConnectionStrings:Logins is not set: it must name the PostgreSQL to use")]
    [InlineData("migrate --ConnectionStrings:Logins=Host=x;canary=1", "has a keyword that Npgsql does not know")]
    [InlineData("send --file nowhere.txt --Sqs:ServiceUrl=http://127.0.0.1:1", "--file nowhere.txt cannot be read")]
    [InlineData("send --count 1 --Sqs:ServiceUrl=http://127.0.0.1:1", "(127.0.0.1:1). Check Sqs:ServiceUrl")]
    [InlineData(
        "migrate --ConnectionStrings:Logins=Host=127.0.0.1;Port=1;Database=x;Username=x",
        "Failed to connect to 127.0.0.1:1: ")]
    public async Task A_mistake_is_named_in_a_line_or_two_without_the_help(string line, string problem)
    {
        await using var run = await FetchEtlProcess.RunAsync(NoSettings, line.Split(' '));

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(problem, run.Errors);
        Assert.InRange(run.Errors.Trim().Split('\n').Length, 1, 2);
        Assert.DoesNotContain("canary", run.Errors);
        Assert.Empty(run.Output);
    }

    [Fact]
    public async Task The_help_says_once_that_settings_can_follow()
    {
        await using var root = await FetchEtlProcess.RunAsync(NoSettings, "--help");
        await using var verb = await FetchEtlProcess.RunAsync(NoSettings, "drain", "--help");

        Assert.Equal(2, root.Output.Split("Settings can follow").Length);
        Assert.DoesNotContain("setting>", root.Output + verb.Output);
        Assert.DoesNotContain("Additional Arguments", root.Output + verb.Output);
    }

    [PosixTheory]
    [InlineData("keys new")]
    [InlineData("migrate --script")]
    [InlineData("--help")]
    public async Task A_full_disk_behind_standard_output_is_named(string verb)
    {
        if (!File.Exists("/dev/full"))
        {
            // Only Linux has it.
            return;
        }

        var program = Path.Combine(AppContext.BaseDirectory, "fetch-etl.dll");
        var start = new ProcessStartInfo("sh", ["-c", $"exec dotnet '{program}' {verb} > /dev/full"])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
        };
        using var shell = Process.Start(start)!;
        var errors = await shell.StandardError.ReadToEndAsync();
        await shell.WaitForExitAsync();

        Assert.Equal(1, shell.ExitCode);
        Assert.StartsWith("fetch-etl: standard output cannot be written: ", errors);
        Assert.DoesNotContain("   at ", errors);
    }
}
