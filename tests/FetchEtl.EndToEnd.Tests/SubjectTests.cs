using System.Text.Json;
using FetchEtl.Local;
using FetchEtl.Service;
using FetchEtl.Testing;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>
/// The real service, SQS and PostgreSQL: what was erased for a person comes back by no delivery, and no verb prints a
/// value.
/// </summary>
[Trait("Category", "Slow")]
public sealed class SubjectTests
{
    private const string User = "canary-user";
    private const string Ip = "198.51.100.77";

    private readonly List<string> _printed = [];
    private Estate _estate = null!;

    [PosixFact]
    public async Task An_erased_message_is_written_neither_when_it_is_redelivered_nor_when_its_letter_is_redriven()
    {
        await using var estate = _estate = await CreateAsync();
        (estate.Settings["Masking__Fields__0"], estate.Settings["Masking__Fields__1"]) = ("ip", "device_id");

        // Committed, and still on the queue: the deletes have no effect.
        await SendAsync(Login(User), Login("other"));
        LoseDeletes();
        await using (var run = _estate.Start("run"))
        {
            await Estate.UntilAsync(async () => await _estate.RowsAsync() == 2);
            await run.SignalAsync(ProcessSignal.Kill);
            await run.WaitAsync();
        }

        _estate.Sqs.Faults = null;
        Assert.Equal(1, (await EraseAsync("--delete-rows")).GetProperty("rowsDeleted").GetInt64());
        var redelivered = await _estate.DrainAsync();
        Assert.Equal((0, 2), Counts(redelivered));
        Assert.Equal(1, await _estate.RowsAsync());

        // Committed, and moved to the dead-letter queue by SQS.
        await SendAsync(Login(User));
        LoseDeletes();
        await _estate.DrainAsync();
        _estate.Sqs.Faults = null;
        var found = await JsonAsync(0, "find");
        Assert.Equal((1, 1), (found.GetProperty("rows").GetInt64(), found.GetProperty("deadLetters").GetInt64()));
        Assert.Equal(
            1, (await EraseAsync("--delete-rows", "--no-dead-letters")).GetProperty("rowsDeleted").GetInt64());
        await using (var redrive = await _estate.RunAsync("dead", "redrive"))
        {
            Assert.True(redrive.ExitCode == 0, redrive.Errors);
        }

        Assert.Equal((0, 1), Counts(await _estate.DrainAsync()));
        Assert.Equal("other", await _estate.QueryAsync<string>("SELECT string_agg(user_id, ' ') FROM user_logins"));

        // Another person's new login with the same address is nobody's erasure.
        await SendAsync(Login("third"));
        Assert.Equal((1, 0), Counts(await _estate.DrainAsync()));
        AssertNoValue();
    }

    [PosixFact]
    public async Task Rows_letters_and_sealed_values_are_found_exported_and_erased_and_every_run_has_its_entry()
    {
        await using var vault = await VaultEstate.CreateAsync(_estate = await CreateAsync(), VaultKeys);
        await SendAsync(
            Login(User), Login(User, ip: $"::ffff:{Ip}"), Login("other"), Login(User, version: "none"),
            Login("other", version: "none"));
        await _estate.DrainAsync();

        var found = await JsonAsync(0, "find");
        Assert.Equal((2, 1), (found.GetProperty("rows").GetInt64(), found.GetProperty("deadLetters").GetInt64()));
        Assert.Equal(2, (await JsonAsync(0, "erase", "--dry-run")).GetProperty("rows").GetInt64());

        var file = Path.Combine(Path.GetDirectoryName(vault.PrivateKey)!, "export.json");
        string[] export = ["export", "--output", file, "--private-key", vault.PrivateKey];
        Assert.Contains("2 rows, ", await RunAsync(0, export));
        await RunAsync(1, export);
        Assert.Contains("--output names a file that cannot be created", _printed[^1]);
        var document = JsonSerializer.Deserialize<JsonElement>(await File.ReadAllTextAsync(file));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }

        Assert.Equal(2, document.GetProperty("user_logins").GetArrayLength());
        Assert.Contains(User, Assert.Single(document.GetProperty("dead_letters").EnumerateArray()).GetProperty("body")
            .GetString(), StringComparison.Ordinal);
        Assert.Contains(User, document.GetProperty("pii_vault").EnumerateArray()
            .Select(entry => entry.GetProperty("value").GetString()));

        var before = await vault.MasksAsync("user_id");
        var erased = await EraseAsync();
        Assert.Equal(2, erased.GetProperty("rowsMasked").GetInt64());
        Assert.Equal(1, erased.GetProperty("deadLetters").GetInt64());
        Assert.Equal(3, await _estate.RowsAsync());
        Assert.Single(before.Intersect(await vault.MasksAsync("user_id")));
        var left = await JsonAsync(0, "find");
        Assert.All(["rows", "sealedValues", "deadLetters"], name => Assert.Equal(0, left.GetProperty(name).GetInt64()));
        Assert.Single(await _estate.PeekAsync(_estate.DeadLetterUrl));

        await using var list = await _estate.RunAsync("audit", "list", "--json");
        var entries = list.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonSerializer.Deserialize<JsonElement>(line)).ToList();
        Assert.Equal(
            [
                "find", "find: done", "find", "find: done", "export", "export: done", "export", "export: failed",
                "erase", "erase: done", "find", "find: done",
            ],
            entries.Select(entry => entry.GetProperty("action").GetString()!["subject ".Length..]));
        Assert.All(entries, entry => Assert.StartsWith(
            "request 88", entry.GetProperty("purpose").GetString(), StringComparison.Ordinal));
        Assert.StartsWith(
            "request 88: 2 rows, 1 dead letter, ",
            entries[9].GetProperty("purpose").GetString(),
            StringComparison.Ordinal);
        await using var verify = await _estate.RunAsync("audit", "verify");
        var head = verify.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
        await _estate.ExecuteAsync(
            """
            ALTER TABLE audit_log DISABLE TRIGGER USER; DELETE FROM audit_log WHERE sequence = 12;
            ALTER TABLE audit_log ENABLE ALWAYS TRIGGER audit_log_append_only
            """);
        await using var cut = await _estate.RunAsync("audit", "verify", "--head", head);
        Assert.Equal((0, 1), (verify.ExitCode, cut.ExitCode));
        Assert.Contains("behind entry 11 were cut off", cut.Errors);
        _printed.AddRange([list.Output, list.Errors, verify.Output, cut.Errors]);
        AssertNoValue();
    }

    private static string VaultKeys =>
        "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072 -out vault-private.pem && "
        + "openssl pkey -in vault-private.pem -pubout -out vault-public.pem";

    private static async Task<Estate> CreateAsync()
    {
        var estate = await Estate.CreateAsync(maxReceives: 3);
        estate.Settings["Sqs__VisibilityTimeoutSeconds"] = "5";
        return estate;
    }

    private static (long Written, long Duplicates) Counts(JsonElement drained) =>
        (drained.GetProperty("written").GetInt64(), drained.GetProperty("duplicates").GetInt64());

    private static string Login(string user, string ip = Ip, string version = "2.3.0") => JsonSerializer.Serialize(
        new { user_id = user, app_version = version, device_type = "ios", ip, locale = "en", device_id = "d" });

    private Task SendAsync(params string[] bodies) =>
        new MessageSender(_estate.Client, TimeProvider.System, new Random()).SendAsync(
            _estate.QueueUrl, bodies, static _ => { }, CancellationToken.None);

    private void LoseDeletes() => _estate.Sqs.Faults = new SqsFaultPlan
    {
        Rules = [new() { Kind = SqsFaultKind.StaleHandleSuccess, Operation = "DeleteMessageBatch" }],
    };

    private Task<JsonElement> EraseAsync(params string[] options) => JsonAsync(0, ["erase", "--yes", .. options]);

    private async Task<JsonElement> JsonAsync(int exitCode, params string[] verb) =>
        JsonSerializer.Deserialize<JsonElement>(await RunAsync(exitCode, [.. verb, "--json"]));

    /// <summary>Runs a verb of <c>subject</c> for the user, whose id stands on standard input.</summary>
    private async Task<string> RunAsync(int exitCode, params string[] verb)
    {
        await using var run = _estate.Start(
            ["subject", .. verb, "--field", "user_id", "--purpose", "request 88"]);
        await run.WriteInputAsync($"{User}\n");
        await run.WaitAsync();
        _printed.Add(run.Output + run.Errors);
        Assert.True(run.ExitCode == exitCode, $"{verb[0]}: {run.ExitCode}, {_printed[^1]}");
        return run.Output;
    }

    private void AssertNoValue() => Assert.All(_printed, text =>
    {
        Assert.DoesNotContain(User, text, StringComparison.Ordinal);
        Assert.DoesNotContain(Ip, text, StringComparison.Ordinal);
    });
}
