namespace FetchEtl.Service.Tests;

/// <summary>What the verbs on domains refuse before they reach a database.</summary>
public sealed class DomainVerbsTests
{
    [Theory]
    [InlineData("new", "new needs one name")]
    [InlineData("new one two", "new needs one name")]
    [InlineData("drop", "drop needs one name")]
    [InlineData("refresh", "or --all")]
    [InlineData("refresh one --all", "or --all")]
    [InlineData("new Team", "1 to 24 lower-case letters, digits and underscores")]
    [InlineData("new team --columns ip", "no column 'ip': the columns are user_id, device_type, masked_ip")]
    [InlineData("new team --period hour", "one of month, day, week, quarter, year, none")]
    [InlineData("new team --min-k 0", "min-k must be 1 to 1000000, is 0")]
    [InlineData("new team --lag -1", "lag must be 0 to 3650 days, is -1")]
    public async Task A_command_line_that_cannot_be_run_is_refused_with_what_it_needs(string line, string problem)
    {
        var run = await ConsoleCapture.RunAsync($"domain {line}");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(problem, run.Errors, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    [Fact]
    public async Task Every_problem_of_a_definition_is_named_at_once()
    {
        var run = await ConsoleCapture.RunAsync("domain new 1 --columns a --period b --min-k 0 --lag 9999");

        Assert.Equal(5, run.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }
}
