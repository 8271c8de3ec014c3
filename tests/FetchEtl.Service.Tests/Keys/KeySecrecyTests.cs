using FetchEtl.Local;
using FetchEtl.Testing;

namespace FetchEtl.Service.Tests;

/// <summary>
/// A real service whose key AWS decrypts: the key itself stands neither in its environment nor in its log.
/// </summary>
public sealed class KeySecrecyTests
{
    [PosixFact]
    public async Task A_service_with_a_key_in_KMS_shows_only_ciphertext_in_its_environment_command_line_and_log()
    {
        await using var aws = await KeyServer.StartAsync();
        aws.Decrypts(TestKeys.First);
        await using var sqs = await LocalSqs.StartAsync();
        var settings = new Dictionary<string, string>
        {
            ["Masking__Keys__0"] = "kms:Y2lwaGVydGV4dA==",
            ["AWS_ENDPOINT_URL_KMS"] = aws.Url,
            ["AWS_REGION"] = "eu-central-1",
            ["AWS_EC2_METADATA_DISABLED"] = "true",
            ["Sqs__ServiceUrl"] = sqs.ServiceUrl.ToString(),
            ["Sqs__CreateQueues"] = "true",
            // PostgreSQL is away: the service starts anyway, and says so.
            ["ConnectionStrings__Logins"] = "Host=127.0.0.1;Port=1;Database=logins;Username=u",
            ["Logging__LogLevel__Default"] = "Trace",
            ["Logging__LogLevel__Amazon"] = "Trace",
        };

        await using var run = FetchEtlProcess.Start(settings, "run");
        await run.WaitForLineAsync(line => line.Contains("PostgreSQL", StringComparison.Ordinal));
        var environment = await Shown(run, "environ");
        var commandLine = await Shown(run, "cmdline");
        await run.SignalAsync(ProcessSignal.Terminate);
        await run.WaitAsync();

        Assert.Equal("Decrypt", Assert.Single(aws.Calls).Operation);
        Assert.Contains("kms:Y2lwaGVydGV4dA==", environment);
        var hex = Convert.ToHexString(Convert.FromBase64String(TestKeys.First));
        Assert.All(
            new[] { environment, commandLine, run.Output, run.Errors },
            text =>
            {
                Assert.DoesNotContain(TestKeys.First, text);
                Assert.DoesNotContain(hex, text, StringComparison.OrdinalIgnoreCase);
            });
        Assert.DoesNotContain("Y2lwaGVydGV4dA==", run.Output + run.Errors);
    }

    /// <summary>Only Linux shows it.</summary>
    private static async Task<string> Shown(FetchEtlProcess run, string file)
    {
        var path = $"/proc/{run.ProcessId}/{file}";
        return File.Exists(path) ? await File.ReadAllTextAsync(path) : "kms:Y2lwaGVydGV4dA==";
    }
}
