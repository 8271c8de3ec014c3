using Amazon.SQS;
using FetchEtl.Logins;
using FetchEtl.Masking;
using FetchEtl.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FetchEtl.Service.Tests;

/// <summary>
/// Every key of the service with values that do not fit it, each of which could be a misplaced secret. No error text
/// and no log line shows one.
/// </summary>
[Trait("Category", "Slow")]
public sealed class SettingsPrivacyTests
{
    private const string Canary = "canary-7d1f";

    private static readonly string[] Values =
    [
        Canary,
        $"{Canary} with spaces",
        $"http://user:{Canary}@127.0.0.1:4566/",
        $"Host=127.0.0.1;Port={Canary};Password={Canary}",
        "Y2FuYXJ5LTdkMWY=",
    ];

    private static readonly string[] Shown = [Canary, "Y2FuYXJ5LTdkMWY"];

    public static TheoryData<string> Keys => [.. AllKeys().Distinct()];

    /// <summary>Keys to which none of the values fits, so each of them is an error.</summary>
    public static TheoryData<string> TypedKeys =>
    [
        "Service:ShutdownTimeoutSeconds", "Sqs:ServiceUrl", "Sqs:RequireTls", "Sqs:Protocol", "Sqs:DirectCalls",
        "Sqs:CreateQueues", "Sqs:PrefetchCount", "Sqs:PrefetchMebibytes", "Sqs:WaitTimeSeconds",
        "Sqs:VisibilityTimeoutSeconds", "Storage:BatchSize", "Storage:Writers", "Storage:RequireTls",
        "Masking:Keys", "Masking:KeyFiles", "Masking:Fields", "Masking:Fields:0", "Masking:Method",
        "Masking:AllowWeak", "Masking:Former", "Masking:Vault", "Masking:Vault:PublicKeyFile", "AppVersion:Encoding",
        "AWS:SessionRoleArn", "AWS:UseFIPSEndpoint", "AWS:MaxErrorRetry", "AWS:RetryMode",
    ];

    [Theory]
    [MemberData(nameof(Keys))]
    public void No_error_and_no_log_line_quotes_the_value_of_any_key(string key)
    {
        // On top of settings that are valid, and alone, which makes other settings missing.
        var alone = Values[..4].Select(value => (false, value));
        foreach (var (valid, value) in Values.Select(value => (true, value)).Concat(alone))
        {
            var (lines, logs) = Start(valid, key, value);
            Assert.All(Shown, canary => Assert.DoesNotContain(canary, string.Join('\n', [.. lines, .. logs])));
        }
    }

    [Theory]
    [MemberData(nameof(TypedKeys))]
    public void A_value_that_does_not_fit_is_an_error_that_names_its_key(string key)
    {
        var (lines, _) = Start(valid: false, key, Canary);

        Assert.Contains(lines, line => line.StartsWith(key, StringComparison.Ordinal));
    }

    private static (IReadOnlyList<string> Lines, string[] Logs) Start(bool valid, string key, string value)
    {
        string[] settings = valid
            ?
            [
                "--ConnectionStrings:Logins=Host=127.0.0.1", $"--Masking:Keys:0={TestKeys.First}",
                "--Sqs:ServiceUrl=http://127.0.0.1:1",
            ]
            : [];
        using var logs = new RecordedLogs();
        try
        {
            // As a consumer reads and validates its settings, without MassTransit, which reads none of them.
            var builder = ServiceHost.Create([.. settings, $"--{key}={value}"]);
            builder.Services.AddLogins(builder.Configuration);
            if (!key.StartsWith("Logging", StringComparison.Ordinal))
            {
                // The console logger starts a thread for each host.
                builder.Logging.ClearProviders();
            }

            builder.Logging.AddProvider(logs);
            using var host = builder.BuildValidated();
            host.Services.GetRequiredService<IAmazonSQS>();
            return ([], logs.Texts);
        }
        catch (Exception exception)
        {
            return (ErrorText.Of(exception) ?? [exception.ToString()], logs.Texts);
        }
    }

    private static IEnumerable<string> AllKeys()
    {
        var settings = new (string Section, IEnumerable<string> Names)[]
        {
            ("Service", SettingsReader.NamesOf(typeof(ServiceSettings))),
            ("Sqs", SettingsReader.NamesOf(typeof(SqsSettings))),
            ("AWS", AwsSettings.Keys),
            ("ConnectionStrings", ["Logins"]),
            ("Storage", SettingsReader.NamesOf(typeof(StorageOptions))),
            ("Masking", SettingsReader.NamesOf(typeof(MaskingOptions))),
            ("Masking:Vault", SettingsReader.NamesOf(typeof(VaultOptions))),
            ("AppVersion", SettingsReader.NamesOf(typeof(AppVersionOptions))),
            ("Logging", ["LogLevel", "LogLevel:Default", "Console:FormatterOptions:SingleLine"]),
        };
        foreach (var (section, names) in settings)
        {
            yield return section;
            yield return $"{section}:Unknown";
            foreach (var key in names.Select(name => $"{section}:{name}"))
            {
                yield return key;
                yield return $"{key}:0";
                yield return $"{key}:Below";
            }
        }

        yield return "Sqss:QueueName";
        yield return "FetchEtl:Masking:Keys:0";
    }
}
