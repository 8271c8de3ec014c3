using System.Text.Json;
using FetchEtl.Local;
using FetchEtl.Testing;

namespace FetchEtl.EndToEnd.Tests;

public sealed class SettingsTests
{
    [Fact]
    public async Task All_invalid_settings_are_reported_at_once_each_with_its_key()
    {
        var settings = new Dictionary<string, string>
        {
            ["Service__ShutdownTimeoutSeconds"] = "0",
            ["Sqs__ServiceUrl"] = "not-a-url",
            ["Sqs__PrefetchCount"] = "0",
            ["Sqs__WaitTimeSeconds"] = "21",
            ["Storage__BatchSize"] = "0",
            ["Storage__Writers"] = "99",
            ["Masking__Keys__0"] = "c2hvcnQ=",
        };

        await using var run = await FetchEtlProcess.RunAsync(settings, "run");

        Assert.Equal(1, run.ExitCode);
        foreach (
            var key in new[]
            {
                "Service:ShutdownTimeoutSeconds",
                "Sqs:ServiceUrl",
                "Sqs:PrefetchCount",
                "Sqs:WaitTimeSeconds",
                "Storage:BatchSize",
                "Storage:Writers",
                "Masking:Keys",
                "ConnectionStrings:Logins",
            })
        {
            Assert.Contains(key, run.Errors);
        }

        Assert.DoesNotContain("   at ", run.Errors);
        Assert.DoesNotContain("c2hvcnQ", run.Errors);
    }

    [Fact]
    public async Task Without_a_masking_key_nothing_is_started()
    {
        await using var estate = await Estate.CreateAsync();
        estate.Settings.Remove("Masking__Keys__0");

        await using var drain = await estate.RunAsync("drain");

        Assert.Equal(1, drain.ExitCode);
        Assert.Contains("Masking:Keys", drain.Errors);
        Assert.Contains("fetch-etl keys new", drain.Errors);
    }

    [Theory]
    [InlineData("Sqs__Queue", "canary-7d1f", "Sqs:Queue")]
    [InlineData("Service__ShutdownTimeout", "canary-7d1f", "Service:ShutdownTimeout")]
    [InlineData("Sqs__PrefetchCount", "canary-7d1f", "Sqs:PrefetchCount must be a whole number.")]
    [InlineData("Sqs__CreateQueues", "canary-7d1f", "Sqs:CreateQueues must be true or false.")]
    [InlineData("Sqs__ServiceUrl", "canary-7d1f", "Sqs:ServiceUrl must be an http or https URL")]
    [InlineData("Storage__BatchSize", "canary-7d1f", "Storage:BatchSize")]
    [InlineData("Sqs__Protocol", "canary-7d1f", "Sqs:Protocol must be Auto, Json or Query.")]
    [InlineData("Logging__LogLevel__Default", "canary-7d1f", "Logging:LogLevel has an unknown level")]
    public async Task A_setting_that_is_unknown_or_of_the_wrong_type_is_named_without_its_value(
        string key, string value, string named)
    {
        await using var estate = await Estate.CreateAsync();
        estate.Settings[key] = value;

        await using var drain = await estate.RunAsync("drain");

        Assert.Equal(1, drain.ExitCode);
        Assert.Contains(named, drain.Errors);
        Assert.DoesNotContain("canary-7d1f", drain.Errors);
        Assert.DoesNotContain("   at ", drain.Errors);
    }

    [Fact]
    public async Task A_queue_that_does_not_exist_is_named()
    {
        await using var estate = await Estate.CreateAsync();

        await using var drain = await estate.RunAsync("drain", "--Sqs:QueueName=elsewhere");

        Assert.Equal(1, drain.ExitCode);
        Assert.Contains("'elsewhere' does not exist", drain.Errors);
        Assert.DoesNotContain("   at ", drain.Errors);

        // With a JSON log nothing else is on standard error.
        await using var json = await estate.RunAsync(
            "drain", "--Sqs:QueueName=elsewhere", "--Logging:Console:FormatterName=json");
        Assert.Equal(1, json.ExitCode);
        var line = Assert.Single(
            json.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonSerializer.Deserialize<JsonElement>(line)),
            line => line.GetProperty("LogLevel").GetString() == "Critical");
        Assert.Equal(1104, line.GetProperty("EventId").GetInt32());
        Assert.Contains(
            "'elsewhere' does not exist", line.GetProperty("State").GetProperty("Cause").GetString());
    }

    [Fact]
    public async Task A_drain_that_may_not_count_the_messages_says_so_at_its_start()
    {
        await using var estate = await Estate.CreateAsync();
        estate.Sqs.Faults = new SqsFaultPlan
        {
            Rules = [new() { Kind = SqsFaultKind.Error, Operation = "GetQueueAttributes", Code = "AccessDenied" }],
        };

        await using var drain = await estate.RunAsync("drain");

        Assert.Equal(1, drain.ExitCode);
        Assert.Contains("AccessDenied", drain.Errors);
    }

    [Fact]
    public async Task A_missing_table_is_reported_with_the_remedy()
    {
        await using var estate = await Estate.CreateAsync();
        await estate.QueryAsync<object>("DROP VIEW user_logins_readable; DROP TABLE user_logins; SELECT 1");

        await using var drain = await estate.RunAsync("drain");

        Assert.Equal(1, drain.ExitCode);
        Assert.Contains("fetch-etl migrate", drain.Errors);
        Assert.DoesNotContain("   at ", drain.Errors);
    }

    [Fact]
    public async Task An_unknown_argument_is_rejected()
    {
        await using var run = await FetchEtlProcess.RunAsync(
            new Dictionary<string, string>(),
            "drain",
            "--jsn",
            "--Sqz:QueueName=x");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("'--jsn' is neither an option nor a setting", run.Errors);
        Assert.Contains("'Sqz' is not a section", run.Errors);
    }
}
