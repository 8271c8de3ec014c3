using FetchEtl.Testing;

namespace FetchEtl.EndToEnd.Tests;

public sealed class SettingsTests
{
    [Fact]
    public async Task All_bad_settings_are_told_at_once_each_with_its_key()
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
        foreach (var key in new[]
        {
            "Service:ShutdownTimeoutSeconds", "Sqs:ServiceUrl", "Sqs:PrefetchCount", "Sqs:WaitTimeSeconds", "Storage:BatchSize", "Storage:Writers", "Masking:Keys",
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
        Assert.Contains("openssl rand -base64 32", drain.Errors);
    }

    [Theory]
    [InlineData("Sqs__Queue", "login-queue", "Queue")]
    [InlineData("Service__ShutdownTimeout", "5", "ShutdownTimeout")]
    [InlineData("Sqs__PrefetchCount", "many", "Sqs:PrefetchCount")]
    [InlineData("Storage__BatchSize", "many", "Storage:BatchSize")]
    [InlineData("Sqs__Protocol", "Xml", "Sqs:Protocol")]
    public async Task A_setting_that_is_unknown_or_of_the_wrong_kind_is_named(string key, string value, string named)
    {
        await using var estate = await Estate.CreateAsync();
        estate.Settings[key] = value;

        await using var drain = await estate.RunAsync("drain");

        Assert.Equal(1, drain.ExitCode);
        Assert.Contains(named, drain.Errors);
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
    }

    [Fact]
    public async Task A_database_without_the_table_is_told_how_to_get_it()
    {
        await using var estate = await Estate.CreateAsync();
        await estate.QueryAsync<object>("DROP VIEW user_logins_readable; DROP TABLE user_logins; SELECT 1");

        await using var drain = await estate.RunAsync("drain");

        Assert.Equal(1, drain.ExitCode);
        Assert.Contains("fetch-etl migrate", drain.Errors);
        Assert.DoesNotContain("   at ", drain.Errors);
    }

    [Fact]
    public async Task An_argument_that_means_nothing_is_refused()
    {
        await using var run = await FetchEtlProcess.RunAsync(new Dictionary<string, string>(), "drain", "--jsn", "--Sqz:QueueName=x");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("'--jsn' is neither an option nor a setting", run.Errors);
        Assert.Contains("'Sqz' is no section", run.Errors);
    }
}
