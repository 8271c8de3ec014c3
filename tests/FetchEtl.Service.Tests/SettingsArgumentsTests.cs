namespace FetchEtl.Service.Tests;

public sealed class SettingsArgumentsTests
{
    [Theory]
    [InlineData("--Sqs:QueueName=other")]
    [InlineData("--Sqs:QueueName", "other")]
    [InlineData("--AWS:Profile=data", "--aws:Region", "eu-west-1")]
    [InlineData("--Masking:Keys:0=abc", "--storage:BatchSize", "5")]
    public void Settings_are_accepted(params string[] arguments) =>
        Assert.Equal(arguments, SettingsArguments.Check(arguments));

    [Theory]
    [InlineData("'other' is neither", "other")]
    [InlineData("'--json' is neither", "--json")]
    [InlineData("'Sqz' is not a section", "--Sqz:QueueName=x")]
    [InlineData("'--Sqs:QueueName' has no value", "--Sqs:QueueName")]
    [InlineData("'Masking__Keys__0' is neither", "Masking__Keys__0=canary-7d1f")]
    [InlineData("'--password' is neither", "--password=canary-7d1f:x")]
    public void Any_other_argument_is_reported(string problem, params string[] arguments)
    {
        var refusal = Assert.Throws<UsageException>(() => SettingsArguments.Check(arguments));

        Assert.Contains(problem, Assert.Single(refusal.Problems));
    }
}
