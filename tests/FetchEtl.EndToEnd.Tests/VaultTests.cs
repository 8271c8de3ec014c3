using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using FetchEtl.Service;
using FetchEtl.Testing;
using Npgsql;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>
/// The real service seals values. The real verbs and the real openssl open them, with the commands of docs/vault.md.
/// </summary>
public sealed partial class VaultTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(RepositoryRoot.Folder, "docs", "vault.md"));

    private static readonly (string Field, string Column)[] Columns =
    [
        ("ip", "masked_ip"),
        ("device_id", "masked_device_id"),
        ("user_id", "user_id"),
    ];

    /// <summary>
    /// Values that need several blocks, are not ASCII, or hold characters that shells and terminals interpret.
    /// </summary>
    private static readonly string[] Odd =
    [
        Login(new string('é', 128), new string('a', 256), string.Concat(Enumerable.Repeat("😀", 128))),
        Login("O'Neill \"$HOME\" \\ %s", "2001:db8::1", "ip:192.0.2.1"),
        Login("\u001b[2J\t界", "no address", " leading and trailing "),
    ];

    [PosixFact]
    public async Task What_the_service_masked_is_revealed_as_it_was_written_in_every_field()
    {
        await using var vault = await CreateAsync();
        string[] bodies = [.. Odd, .. new LoginGenerator(11).Take(40)];
        await SendTwiceAndDrainAsync(vault.Estate, bodies);

        var count = 0L;
        foreach (var (field, column) in Columns)
        {
            var masks = await vault.MasksAsync(column);
            var printed = await vault.LinesAsync(
                masks, "reveal", "--purpose", "test", "--private-key", vault.PrivateKey);
            Assert.DoesNotContain(printed, line => line.Any(char.IsControl));
            string[] values = [.. printed.Select(Recover)];
            count += masks.Length;

            Assert.Equal(
                bodies.Select(body => Value(body, field)).Distinct().Order(StringComparer.Ordinal),
                values.Order(StringComparer.Ordinal));
            Assert.Equal(masks, await vault.LinesAsync(values, "mask", "--field", field));
        }

        Assert.Equal(count, await vault.Estate.QueryAsync<long>("SELECT count(*) FROM pii_vault"));
        Assert.Equal(count, await vault.Estate.QueryAsync<long>(
            """
            SELECT sum(count)::bigint FROM audit_log
            WHERE action = 'reveal: done' AND purpose = 'test: ' || count || ' values'
            """));
    }

    [PosixFact]
    public async Task OpenSSL_opens_a_sealed_value_by_the_documented_commands()
    {
        await using var vault = await CreateAsync();
        var longDevice = Value(Odd[0], "device_id");
        await SendTwiceAndDrainAsync(vault.Estate, [Login("u", "198.51.100.77", longDevice), Odd[1]]);
        await vault.PrintVerifierAsync();
        var command = Sample("openssl pkeyutl");

        foreach (var mask in await vault.MasksAsync("masked_ip"))
        {
            var ip = Assert.Single(await vault.LinesAsync(
                [mask], "reveal", "--purpose", "test", "--private-key", vault.PrivateKey));
            Assert.Equal($"Verified OK\nv2:ip:{mask}:{ip}", await vault.ShellAsync(command, mask));
        }

        var longMask = await vault.Estate.QueryAsync<string>(
            "SELECT mask FROM pii_vault WHERE field = 'device_id' ORDER BY length(sealed) DESC LIMIT 1");
        var blocks =
            command.Replace("openssl pkeyutl", "split -b 384 --filter='openssl pkeyutl", StringComparison.Ordinal)
                .TrimEnd() + "'";
        Assert.Equal(
            $"Verified OK\nv2:device_id:{longMask}:{longDevice}",
            await vault.ShellAsync(blocks, longMask));

        await vault.Estate.ExecuteAsync("UPDATE pii_vault SET key_id = reverse(key_id)");
        Assert.Contains(
            "Verification failure", await vault.ShellAsync($"({command}) || true", longMask), StringComparison.Ordinal);
    }

    [PosixFact]
    public async Task Reveal_and_erase_need_the_database_but_no_masking_key_and_name_the_masks_that_the_vault_lacks()
    {
        await using var vault = await CreateAsync();
        await SendTwiceAndDrainAsync(vault.Estate, [Login("u", "198.51.100.77", "d")]);
        var mask = Assert.Single(await vault.MasksAsync("masked_ip"));
        var unknown = $"1:{new string('0', 64)}";
        await vault.PrintVerifierAsync();

        await using var reveal = await vault.RunApartAsync(
            "reveal",
            "--purpose",
            "test",
            "--private-key",
            vault.PrivateKey,
            "--verify-key",
            vault.Verifier,
            unknown,
            mask,
            "198.51.100.77");
        Assert.Equal(1, reveal.ExitCode);
        Assert.Equal(["", "198.51.100.77", "", ""], reveal.Output.Split(Environment.NewLine));
        Assert.Equal(
            [
                $"fetch-etl: mask 1, {unknown}: pii_vault holds nothing for it.",
                "fetch-etl: mask 3: pii_vault holds nothing for it.",
            ],
            Lines(reveal.Errors));

        await using var unverified = await vault.RunApartAsync(
            "reveal", "--purpose", "test", "--private-key", vault.PrivateKey, mask);
        Assert.Equal(1, unverified.ExitCode);
        Assert.Contains("Nothing shows whether the service sealed a value: give the vault's verification keys by " +
            "--verify-key", unverified.Errors);
        await using var unreadable = await vault.RunApartAsync(
            "reveal", "--purpose", "test", "--private-key", vault.PrivateKey, "--verify-key", vault.PublicKey, mask);
        Assert.Contains(
            "--verify-key names a file that does not hold the vault's verification keys", unreadable.Errors);

        await using var erase = await vault.RunApartAsync("erase", "--purpose", "test", mask, unknown);
        Assert.Equal(1, erase.ExitCode);
        Assert.Equal(["Erased from the vault: 1."], Lines(erase.Output));
        Assert.Equal([$"fetch-etl: mask 2, {unknown}: pii_vault holds nothing for it."], Lines(erase.Errors));
        Assert.Equal(2, await vault.Estate.QueryAsync<long>("SELECT count(*) FROM pii_vault"));
        Assert.Equal([mask], await vault.MasksAsync("masked_ip"));
    }

    [PosixFact]
    public async Task A_wrong_private_key_is_reported_with_its_remedy()
    {
        await using var vault = await CreateAsync();
        await SendTwiceAndDrainAsync(vault.Estate, [Login("u", "198.51.100.77", "d")]);
        var mask = Assert.Single(await vault.MasksAsync("masked_ip"));
        await vault.ShellAsync(
            """
            openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072 -out other.pem
            echo 'a pass phrase' > passphrase
            openssl pkey -in vault-private.pem -aes-256-cbc -passout file:passphrase -out encrypted.pem
            """);
        var folder = Path.GetDirectoryName(vault.PrivateKey)!;
        await vault.PrintVerifierAsync();

        await using var other = await vault.RunApartAsync(
            "reveal", "--purpose", "test",
            "--verify-key",
            vault.Verifier,
            "--private-key",
            Path.Combine(folder, "other.pem"),
            mask);
        Assert.Contains($"it was sealed to the key with the fingerprint {await FingerprintAsync(vault)}", other.Errors);
        await using var half = await vault.RunApartAsync(
            "reveal", "--purpose", "test", "--private-key", vault.PublicKey, mask);
        Assert.Contains("--private-key names a file without a private key in PEM", half.Errors);
        await using var locked = await vault.RunApartAsync(
            "reveal",
            "--purpose",
            "test",
            "--private-key",
            Path.Combine(folder, "encrypted.pem"),
            mask);
        Assert.Contains(
            "--private-key names an encrypted key: give its passphrase in a file, by --passphrase-file",
            locked.Errors);
        Assert.Equal([1, 1, 1], [other.ExitCode, half.ExitCode, locked.ExitCode]);

        await using var opened = await vault.RunApartAsync(
            "reveal",
            "--purpose",
            "test",
            "--private-key",
            Path.Combine(folder, "encrypted.pem"),
            "--passphrase-file",
            Path.Combine(folder, "passphrase"),
            "--verify-key",
            vault.Verifier,
            mask);
        Assert.Equal("198.51.100.77", opened.Output.Trim());
        Assert.Contains("can read the file that --passphrase-file names. Remedy: chmod 600", opened.Errors);

        await vault.Estate.ExecuteAsync(
            $"UPDATE pii_vault SET sealed = set_byte(sealed, 5, 1 - get_byte(sealed, 5) % 2) WHERE mask = '{mask}'");
        string[] reveal =
        [
            "reveal", "--purpose", "test", "--private-key", vault.PrivateKey, "--verify-key", vault.Verifier,
        ];
        await using var changed = await vault.RunApartAsync([.. reveal, mask]);
        Assert.Contains(
            "the entry's signature is missing or not its own: somebody has changed pii_vault", changed.Errors);

        // Version 1 has no signature. RSA fails as for a wrong key, but the key opens the vault's other values.
        await vault.Estate.ExecuteAsync("UPDATE pii_vault SET generation = NULL, key_id = NULL, signature = NULL");
        await using var unsigned = await vault.RunApartAsync([.. reveal, "--accept-unsigned", mask]);
        Assert.Contains("it was sealed to another key, or somebody has changed it in pii_vault", unsigned.Errors);

        // A wrong masking key would find nothing to erase.
        vault.Estate.Settings["Masking__Keys__0"] = TestKeys.Third;
        await using var erase = await vault.Estate.RunAsync("erase", "--purpose", "test", mask);
        Assert.Equal(1, erase.ExitCode);
        Assert.Contains("Masking:Keys:0 (or Masking:KeyFiles:0) is not the key of generation 1", erase.Errors);
        Assert.Contains("fetch-etl: Nothing was erased.", erase.Errors);
    }

    [PosixFact]
    public async Task The_service_rejects_the_private_key()
    {
        await using var vault = await CreateAsync();
        vault.Estate.Settings["Masking__Vault__PublicKeyFile"] = vault.PrivateKey;

        await using var drain = await vault.Estate.RunAsync("drain");

        Assert.Equal(1, drain.ExitCode);
        Assert.Contains(
            "Masking:Vault:PublicKeyFile names a file with a private key, which must not be where the service runs",
            drain.Errors);
    }

    [PosixFact]
    public async Task With_a_vault_no_raw_value_reaches_the_log_or_PostgreSQLs_even_where_every_statement_is_logged()
    {
        var (estate, server) = await Estate.CreateWithServerAsync();
        await using var vault = await VaultEstate.CreateAsync(estate, Sample("openssl genpkey"));
        await AlterSystemAsync(estate, "ALTER SYSTEM SET log_statement = 'all'");
        await AlterSystemAsync(estate, "ALTER SYSTEM SET log_error_verbosity = 'verbose'");
        await estate.QueryAsync<bool>("SELECT pg_reload_conf()");
        estate.Settings["Logging__LogLevel__Default"] = "Trace";
        estate.Settings["Logging__LogLevel__MassTransit"] = "Trace";
        estate.Settings["Logging__LogLevel__Npgsql"] = "Trace";
        await SendAsync(estate, [Login("canary-user", "198.51.100.77", "canary-device")]);
        await AlterSystemAsync(estate, "ALTER TABLE pii_vault ADD CONSTRAINT none CHECK (created_at IS NULL)");

        await using var run = estate.Start("run");
        await run.WaitForLineAsync(
            (string line) => line.Contains("pii_vault is not as expected (SQLSTATE 23514)", StringComparison.Ordinal));
        await AlterSystemAsync(estate, "ALTER TABLE pii_vault DROP CONSTRAINT none");
        await estate.AssertAllWrittenOnceAsync(1);
        await run.SignalAsync(ProcessSignal.Terminate);
        await run.WaitAsync();

        Assert.Equal(3, await estate.QueryAsync<long>("SELECT count(*) FROM pii_vault"));
        await using var log = new FileStream(server.LogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var text = await new StreamReader(log).ReadToEndAsync();
        Assert.Contains("INSERT INTO \"pii_vault\"", text, StringComparison.Ordinal);
        Assert.Contains("Failing row contains", text, StringComparison.Ordinal);
        Assert.Contains("dbug: MassTransit", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("INSERT INTO", run.Errors, StringComparison.Ordinal);
        foreach (var canary in new[] { "canary-user", "198.51.100.77", "canary-device" })
        {
            Assert.DoesNotContain(canary, text, StringComparison.Ordinal);
            Assert.DoesNotContain(canary, run.Output + run.Errors, StringComparison.Ordinal);
        }
    }

    private static async Task<VaultEstate> CreateAsync() =>
        await VaultEstate.CreateAsync(await Estate.CreateAsync(), Sample("openssl genpkey"));

    /// <summary>The fingerprint of the key, as the page says that openssl prints it.</summary>
    private static async Task<string> FingerprintAsync(VaultEstate vault)
    {
        const string command = "openssl pkey -in vault-private.pem -pubout -outform DER | sha256sum";
        Assert.Contains(command, Page, StringComparison.Ordinal);
        return (await vault.ShellAsync(command))[..64];
    }

    private static Task SendAsync(Estate estate, string[] bodies) =>
        new MessageSender(estate.Client, TimeProvider.System, new Random()).SendAsync(
            estate.QueueUrl, bodies, static _ => { }, CancellationToken.None);

    private static async Task SendTwiceAndDrainAsync(Estate estate, string[] bodies)
    {
        await SendAsync(estate, bodies);
        await SendAsync(estate, bodies);
        Assert.Equal(2 * bodies.Length, (await estate.DrainAsync()).GetProperty("written").GetInt64());
    }

    private static async Task AlterSystemAsync(Estate estate, string sql)
    {
        await using var source = NpgsqlDataSource.Create(estate.ConnectionString);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static string Login(string userId, string ip, string deviceId) => JsonSerializer.Serialize(
        new { user_id = userId, app_version = "2.3.0", device_type = "ios", ip, locale = "en", device_id = deviceId });

    private static string Value(string body, string field) =>
        JsonSerializer.Deserialize<JsonElement>(body).GetProperty(field).GetString()!;

    /// <summary>The value that <c>reveal</c> printed with its control characters escaped.</summary>
    private static string Recover(string printed) => Escape().Replace(
        printed, x => ((char)int.Parse(x.Groups["hex"].Value, NumberStyles.HexNumber)).ToString());

    [GeneratedRegex(@"\\u(?<hex>[0-9a-f]{4})", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Escape();

    /// <summary>The shell sample of docs/vault.md that holds this text.</summary>
    private static string Sample(string part) =>
        Page.Split("```sh\n").Skip(1).Select(sample => sample[..sample.IndexOf("```", StringComparison.Ordinal)])
            .Single(sample => sample.Contains(part, StringComparison.Ordinal));

    private static string[] Lines(string text) =>
        text.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
}
