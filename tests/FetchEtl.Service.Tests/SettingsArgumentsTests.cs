namespace FetchEtl.Service.Tests;

public sealed class SettingsArgumentsTests
{
    [Theory]
    [InlineData("--Sqs:QueueName=other")]
    [InlineData("--Sqs:QueueName", "other")]
    [InlineData("--AWS:Profile=data", "--aws:Region", "eu-west-1")]
    [InlineData("--Masking:Keys:0=abc", "--storage:BatchSize", "5")]
    public void Settings_pass(params string[] arguments) => Assert.Equal(arguments, SettingsArguments.Check(arguments));

    [Theory]
    [InlineData("'other' is neither", "other")]
    [InlineData("'--json' is neither", "--json")]
    [InlineData("'Sqz' is no section", "--Sqz:QueueName=x")]
    [InlineData("'--Sqs:QueueName' has no value", "--Sqs:QueueName")]
    public void Anything_else_is_named(string problem, params string[] arguments)
    {
        var refusal = Assert.Throws<UsageException>(() => SettingsArguments.Check(arguments));

        Assert.Contains(problem, Assert.Single(refusal.Problems));
    }
}
