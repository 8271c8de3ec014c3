using System.Diagnostics;
using FetchEtl.Local;
using FetchEtl.Testing;

namespace FetchEtl.Service.Tests;

/// <summary>Mistakes on the command line: each error names the thing and the remedy.</summary>
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("sned --count 3", "fetch-etl: there is no 'sned': did you mean send? The verbs of fetch-etl are ")]
    [InlineData("frobnicate", "fetch-etl: there is no 'frobnicate': the verbs of fetch-etl are demo, run, drain, ")]
    [InlineData("keys regster", "there is no 'regster': did you mean register? The verbs of fetch-etl keys are ")]
    [InlineData("--Masking:Keys:0=canary run", "fetch-etl: '--Masking:Keys:0' stands before the verb")]
    [InlineData("keys", "fetch-etl: name a verb behind 'fetch-etl keys': new, ")]
    [InlineData("send", "fetch-etl: name what to send: --file F or --count N.")]
    [InlineData("send --count 3 --file x", "fetch-etl: --file and --count name two sources: leave one of them out.")]
    [InlineData("send --count -1", "fetch-etl: --count must be 0 or more.")]
    [InlineData("local-sqs --port 99999", "fetch-etl: --port must be 0 (a free one) to 65535.")]
    [InlineData("drain --Sqs.QueueName=canary", "nor a setting: did you mean --Sqs:QueueName=…?")]
    [InlineData("--versoin", "fetch-etl: there is no '--versoin': did you mean --version?")]
    [InlineData("send --count abc", "fetch-etl: --count must be a whole number up to 2147483647, is 'abc'.")]
    [InlineData("send --invalid few", "fetch-etl: --invalid must be a number such as 0.1, is 'few'.")]
    [InlineData(
        "report --since 2026-13-01", "fetch-etl: --since must be a date such as 2026-11-01, is '2026-13-01'.")]
    [InlineData("send --count", "fetch-etl: --count needs a value.")]
    [InlineData("mask", "fetch-etl: --field is required.")]
    [InlineData("erase 1:0", "fetch-etl: --purpose is required.")]
    [InlineData("erase --purpose \u001bcanary 1:0", "fetch-etl: --purpose must be a text of 1 to 200 characters ")]
    [InlineData("subject find --purpose x --field mail canary", "fetch-etl: --field must be one of ip, device_id, ")]
    [InlineData("subject find --purpose x --field ip canary", "fetch-etl: Masking:Keys or Masking:KeyFiles must hold ")]
    [InlineData("subject erase --purpose x --field ip", "subject erase asks before it erases data, and there is no t")]
    [InlineData("audit verify --head canary", "fetch-etl: --head must be 64 lower-case hex digits, as 'fetch-etl audi")]
    [InlineData("audit list --since canary", "fetch-etl: --since must be a date or a time in UTC, as in 2026-11-27 o")]
    [InlineData("drain --jsn", "fetch-etl: '--jsn' is neither an option nor a setting: did you mean --json?")]
    [InlineData("drain --QueueName=canary", "is neither an option nor a setting: did you mean --Sqs:QueueName=…?")]
    [InlineData("drain --Profile=canary", "is neither an option nor a setting: did you mean --AWS:Profile=…?")]
    [InlineData("drain --Sqss:QueueName=canary", "'Sqss' is not a section of settings: did you mean Sqs? The sections")]
    [InlineData("migrate --Storage:BatchSzie=canary", "is not a setting: did you mean Storage:BatchSize?")]
    [InlineData("send --count 5 --lines 9-1", "fetch-etl: --lines must be ascending numbers and ranges from 1")]
    [InlineData("migrate --ConnectionStrings:Logins=Host=x;canary=1", "has a keyword that Npgsql does not know, or a")]
    [InlineData("migrate --ConnectionStrings:Logins=Host=x;SslMode=canary", "wrong value: SSL Mode must be one of Di")]
    [InlineData("send --file nowhere.txt --Sqs:ServiceUrl=http://127.0.0.1:1", "--file nowhere.txt cannot be read")]
    [InlineData("demo --file nowhere.txt", "fetch-etl: --file nowhere.txt cannot be read")]
    [InlineData("send --count 1 --Sqs:ServiceUrl=http://127.0.0.1:1", "(127.0.0.1:1). Check Sqs:ServiceUrl")]
    [InlineData(
        "migrate --ConnectionStrings:Logins=Host=127.0.0.1;Port=1;Database=x;Username=x",
        "PostgreSQL at ConnectionStrings:Logins (127.0.0.1:1) cannot be used: Failed to connect to 127.0.0.1:1: ")]
    [InlineData(
        "keys register --ConnectionStrings:Logins=Host=nowhere.invalid;SslMode=VerifyFull --Masking:Keys:0={key}",
        "ConnectionStrings:Logins (nowhere.invalid:5432) cannot be used: Name or service not known. Check that")]
    public async Task A_mistake_is_named_in_a_line_or_two_without_the_help(string line, string problem)
    {
        var run = await ConsoleCapture.RunAsync(line.Replace("{key}", TestKeys.First, StringComparison.Ordinal));

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(problem, run.Errors);
        Assert.InRange(run.Errors.Trim().Split('\n').Length, 1, 2);
        Assert.DoesNotContain("canary", run.Errors);
        Assert.Empty(run.Output);
    }

    [Fact]
    public async Task Another_service_behind_the_port_of_PostgreSQL_and_plain_http_behind_https_are_named()
    {
        await using var other = await AwsStub.StartAsync();
        var port = other.Url.Port;

        var migrate = await ConsoleCapture.RunAsync(
            "migrate", $"--ConnectionStrings:Logins=Host=127.0.0.1;Port={port};Database=x;Username=x;Timeout=5");
        var send = await ConsoleCapture.RunAsync(
            "send", "--count", "1", $"--Sqs:ServiceUrl=https://127.0.0.1:{port}");

        Assert.Contains($"(127.0.0.1:{port}) cannot be used: what answers there is no PostgreSQL.", migrate.Errors);
        Assert.Contains("for an endpoint without TLS, give an http URL", send.Errors);
    }

    [PosixFact]
    public async Task Warnings_say_that_a_server_is_not_verified_and_that_a_secret_file_is_open_to_all()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, TestKeys.First);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.OtherRead);

        var register = await ConsoleCapture.RunAsync(
            "keys", "register", "--ConnectionStrings:Logins=Host=nowhere.invalid", $"--Masking:KeyFiles:0={file}");
        var reveal = await ConsoleCapture.RunAsync("reveal", "--purpose", "test", "--private-key", file, "1:0");

        File.Delete(file);
        const string Open = "fetch-etl: warning: every user of this machine can read the file that ";
        Assert.Contains(
            "fetch-etl: warning: the identity of PostgreSQL at nowhere.invalid is not checked", register.Errors);
        Assert.Contains(Open + "Masking:KeyFiles:0 names. Remedy: chmod 600", register.Errors);
        Assert.Contains(Open + "--private-key names. Remedy: chmod 600", reveal.Errors);
    }

    [Fact]
    public async Task Lines_behind_the_end_of_the_input_are_named()
    {
        await using var sqs = await LocalSqs.StartAsync();
        string[] send =
        [
            "send", "--count", "50", "--seed", "1", $"--Sqs:ServiceUrl={sqs.ServiceUrl}", "--Sqs:CreateQueues=true",
            "--Logging:LogLevel:Default=None", "--lines",
        ];

        var none = await ConsoleCapture.RunAsync([.. send, "90-"]);
        var part = await ConsoleCapture.RunAsync([.. send, "49-60"]);
        var rest = await ConsoleCapture.RunAsync([.. send, "51-"]);

        Assert.Equal((1, 0, 0), (none.ExitCode, part.ExitCode, rest.ExitCode));
        Assert.Equal(
            "fetch-etl: --lines 90- names nothing: the last message is generated message 50.", none.Errors.Trim());
        Assert.StartsWith("fetch-etl: --lines 51-60 names nothing: ", part.Errors);
        Assert.Equal("Sent 2 messages to login-queue (seed 1).", part.Output.Trim());
        Assert.Empty(rest.Errors);
    }

    [PosixFact]
    public async Task The_process_names_its_version_and_a_missing_setting_and_a_full_disk_and_a_closed_input()
    {
        await using var version = await FetchEtlProcess.RunAsync(new Dictionary<string, string>(), "--version");
        await using var migrate = await FetchEtlProcess.RunAsync(new Dictionary<string, string>(), "migrate");

        Assert.Matches(@"^\d+\.\d+\.\d+(\+[0-9a-f]{40})?\s*$", version.Output);
        Assert.Contains("fetch-etl: ConnectionStrings:Logins is missing: set it to", migrate.Errors);
        if (!OperatingSystem.IsLinux())
        {
            // Only Linux has /dev/full and /proc.
            return;
        }

        foreach (var verb in new[] { "keys new", "migrate --script", "--help" })
        {
            var errors = await ShellAsync($"{verb} > /dev/full");
            Assert.StartsWith("fetch-etl: standard output cannot be written: ", errors);
            Assert.DoesNotContain("   at ", errors);
        }

        Assert.StartsWith(
            "fetch-etl: standard input is closed, and values are read from it: give it a file or a pipe.",
            await ShellAsync($"mask --field ip --Masking:Keys:0={TestKeys.First} <&-"));
    }

    private static async Task<string> ShellAsync(string line)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "fetch-etl.dll");
        var start = new ProcessStartInfo("sh", ["-c", $"exec dotnet '{program}' {line}"])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
        };
        using var shell = Process.Start(start)!;
        var errors = await shell.StandardError.ReadToEndAsync();
        await shell.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(1, shell.ExitCode);
        return errors;
    }
}
