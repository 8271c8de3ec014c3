namespace FetchEtl.Service.Tests;

public sealed class SettingsArgumentsTests
{
    [Theory]
    [InlineData("--Sqs:QueueName=other")]
    [InlineData("--Sqs:QueueName", "other")]
    [InlineData("--AWS:Profile=data", "--aws:Region", "eu-west-1")]
    [InlineData("--Masking:Keys:0=abc", "--storage:BatchSize", "5")]
    [InlineData("--Logging:Debug:LogLevel:Default=None")]
    public void Settings_are_accepted(params string[] arguments) =>
        Assert.Equal(arguments, SettingsArguments.Check(arguments));

    [Theory]
    [InlineData("'other' is neither", "other")]
    [InlineData("'--json' is neither", "--json")]
    [InlineData("'Sqz' is not a section of settings: the sections are ", "--Sqz:QueueName=x")]
    [InlineData("'Sqss' is not a section of settings: did you mean Sqs? The sections are ", "--Sqss:QueueName=x")]
    [InlineData("AWS:Regio is not a setting: did you mean AWS:Region?", "--AWS:Regio=canary-7d1f")]
    [InlineData("Masking:Key is not a setting: did you mean Masking:Keys?", "--Masking:Key:0=canary-7d1f")]
    [InlineData("'--Sqs:QueueName' has no value", "--Sqs:QueueName")]
    [InlineData("'Masking__Keys__0' is neither", "Masking__Keys__0=canary-7d1f")]
    [InlineData("'--password' is neither", "--password=canary-7d1f:x")]
    public void Any_other_argument_is_reported(string problem, params string[] arguments)
    {
        var refusal = Assert.Throws<UsageException>(() => SettingsArguments.Check(arguments));

        Assert.Contains(problem, Assert.Single(refusal.Problems));
        Assert.DoesNotContain("canary", refusal.Message);
    }
}
