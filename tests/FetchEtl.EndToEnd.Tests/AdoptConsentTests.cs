using FetchEtl.Testing;

namespace FetchEtl.EndToEnd.Tests;

/// <summary><c>adopt</c> overwrites raw values for good, so it asks first.</summary>
[Trait("Category", "Slow")]
public sealed class AdoptConsentTests
{
    private const string EndOfInput = "\u0004";

    private static readonly string[] Verb = ["adopt", "--table", "old_logins", "--column", "address=ip"];

    [Fact]
    public async Task Without_a_terminal_it_refuses_unless_the_script_says_yes()
    {
        await using var estate = await CreateAsync();

        await using var refused = estate.Start(Verb);
        await refused.WriteInputAsync("yes\n");
        await refused.WaitAsync();
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("This cannot be undone. No vault keeps the raw values", refused.Errors);
        Assert.Contains("add --yes where you are sure. Nothing was changed.", refused.Errors);
        Assert.Equal(0, await MaskedAsync(estate));

        await using var adopt = await estate.RunAsync([.. Verb, "--yes"]);
        Assert.True(adopt.ExitCode == 0, adopt.Errors);
        Assert.Contains("2 values of old_logins (address) will be overwritten by masks.", adopt.Errors);
        Assert.Equal(2, await MaskedAsync(estate));
    }

    [PosixTheory]
    [InlineData("no\n", 1, 0)]
    [InlineData(EndOfInput, 1, 0)]
    [InlineData("\u0003", 130, 0)]
    [InlineData("yes\n", 0, 2)]
    public async Task At_a_terminal_only_a_yes_lets_it_begin(string answer, int exitCode, long masked)
    {
        await using var estate = await CreateAsync();
        await using var adopt = TerminalProcess.Start(estate.Settings, Verb);
        await adopt.WaitForTextAsync("type 'yes'");
        Assert.Equal(0, await MaskedAsync(estate));

        // .NET takes the terminal over after the question, and loses an end of input that was typed before.
        var ended = adopt.WaitAsync();
        do
        {
            await adopt.TypeAsync(answer);
        }
        while (answer == EndOfInput && await Task.WhenAny(ended, Task.Delay(500)) != ended);

        await ended;

        Assert.True(exitCode == adopt.ExitCode, $"{adopt.ExitCode}: {adopt.Screen}");
        Assert.Equal(masked, await MaskedAsync(estate));
    }

    [PosixFact]
    public async Task It_says_that_a_vault_keeps_the_values_where_there_is_one()
    {
        await using var vault = await VaultEstate.CreateAsync(
            await CreateAsync(),
            """
            openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072 -out vault-private.pem
            openssl pkey -in vault-private.pem -pubout -out vault-public.pem
            """);

        await using var adopt = await vault.Estate.RunAsync([.. Verb, "--yes"]);

        Assert.True(adopt.ExitCode == 0, adopt.Errors);
        Assert.Contains("The vault keeps the raw values in pii_vault, sealed", adopt.Errors);
    }

    [PosixFact]
    public async Task Its_table_fits_a_terminal_of_80_columns_and_a_pipe_gets_no_progress()
    {
        await using var estate = await CreateAsync();
        await using var dry = TerminalProcess.Start(estate.Settings, [.. Verb, "--dry-run"]);
        await dry.WaitAsync();
        Assert.All(dry.Screen.Split('\n'), line => Assert.InRange(line.TrimEnd().Length, 0, 80));

        await using var adopt = await estate.RunAsync([.. Verb, "--yes"]);
        Assert.DoesNotContain("counting", adopt.Output);
        Assert.DoesNotContain("%", adopt.Output);
        await using var send = await estate.RunAsync("send", "--count", "20", "--seed", "1");
        Assert.Equal("Sent 20 messages to login-queue (seed 1).", send.Output.TrimEnd());
        await using var drain = await estate.RunAsync("drain");
        Assert.StartsWith("╭", drain.Output);
    }

    private static async Task<Estate> CreateAsync()
    {
        var estate = await Estate.CreateAsync();
        await estate.ExecuteAsync(
            "CREATE TABLE old_logins AS SELECT * FROM (VALUES ('192.0.2.7'), ('192.0.2.8')) AS old (address)");
        return estate;
    }

    private static Task<long> MaskedAsync(Estate estate) =>
        estate.QueryAsync<long>("SELECT count(*) FROM old_logins WHERE address LIKE '1:%'");
}
