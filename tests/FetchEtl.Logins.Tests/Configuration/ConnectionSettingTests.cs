namespace FetchEtl.Logins.Tests;

public sealed class ConnectionSettingTests
{
    [Theory]
    [InlineData("Host=db;SSL Mode=canary", "holds a wrong value: SSL Mode must be one of Disable, Allow, Prefer, ")]
    [InlineData("Host=db;sslmode=canary", "holds a wrong value: SSL Mode must be one of Disable, Allow, Prefer, ")]
    [InlineData("Host=db;Port=canary", "holds a wrong value: Port must be a whole number within its limits.")]
    [InlineData("Host=db;Command Timeout=-5", "holds a wrong value: Command Timeout must be a whole number")]
    [InlineData("Host=db;Pooling=canary", "holds a wrong value: Pooling must be true or false.")]
    [InlineData("Hots=db", "has a keyword that Npgsql does not know: write Host, or put a value that holds a ")]
    [InlineData("Host=db;Pasword=canary", "does not know: write Password, or put")]
    [InlineData("Host=db;Password=x;canary=1", "has a keyword that Npgsql does not know, or a value with a semicolon")]
    [InlineData("postgres://u:canary@db/logins", "is not a connection string that Npgsql can read: it is a URL, and")]
    [InlineData("Host='canary", "that Npgsql can read: write it as Host=…;Database=…;Username=…, and put a value")]
    [InlineData("Host=", "names no host: write it as Host=…;Database=…;Username=….")]
    [InlineData(" ", "is missing: set it to a PostgreSQL connection string")]
    public void A_problem_names_the_keyword_and_the_form_and_quotes_nothing(string text, string problem)
    {
        var found = Assert.Single(ConnectionSetting.Validate(text, requireTls: false, "F:"));

        Assert.StartsWith("F:ConnectionStrings:Logins ", found, StringComparison.Ordinal);
        Assert.Contains(problem, found, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", found, StringComparison.Ordinal);
    }

    [Fact]
    public void All_wrong_keywords_are_named_at_once()
    {
        var found = ConnectionSetting.Validate("Host=db;Port=a;SSL Mode=b;c=d", requireTls: true);

        Assert.Equal(3, found.Count);
    }

    [Theory]
    [InlineData("Host=db;Database=logins;Username=fetch_etl;Password='a;b';Maximum Pool Size=5", false)]
    [InlineData("Server=db;User Id=x;Root Certificate=ca.pem;SSL Mode=VerifyFull", true)]
    [InlineData("Host=127.0.0.1", true)]
    public void A_connection_string_that_Npgsql_takes_has_no_problem(string text, bool requireTls) =>
        Assert.Empty(ConnectionSetting.Validate(text, requireTls));

    [Fact]
    public void TLS_that_is_required_and_missing_is_one() => Assert.StartsWith(
        "ConnectionStrings:Logins must have SSL Mode=VerifyFull or SSL Mode=VerifyCA, because Storage:RequireTls",
        Assert.Single(ConnectionSetting.Validate("Host=db", requireTls: true)),
        StringComparison.Ordinal);
}
