using System.Diagnostics;
using System.Text.Json;
using Amazon.SQS.Model;
using FetchEtl.Benchmarks;
using FetchEtl.Local;
using FetchEtl.Masking;
using FetchEtl.Service;
using FetchEtl.Sqs;
using FetchEtl.Testing;
using Xunit.Abstractions;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>
/// A thousand dead letters of five kinds, listed, redriven at a rate, fixed by a setting, and purged. Two hundred of
/// them are committed messages that SQS itself moved, because their deletes kept failing.
/// </summary>
[Trait("Category", "Slow")]
public sealed class DeadLetterTests(ITestOutputHelper output)
{
    private const int Each = 200;
    private const string Ip = "198.51.100.23";

    private readonly List<string> _printed = [];

    [PosixFact]
    public async Task A_thousand_letters_of_five_kinds_are_grouped_redriven_fixed_and_purged_without_an_extra_row()
    {
        await using var estate = await Estate.CreateAsync(maxReceives: 2);
        estate.Settings["Sqs__VisibilityTimeoutSeconds"] = "5";
        await CommitAndLoseDeletesAsync(estate);
        Assert.Equal((Each, Each), (await estate.RowsAsync(), await LettersAsync(estate)));
        var versions = await SendAsync(estate, Login(version: "1.2.1234"));
        await SendAsync(estate, Login(user: "null"));
        await SendAsync(estate, Login(locale: $"\"{new string('x', 27)}canary\""));
        await SendAsync(estate, "canary {");
        await estate.DrainAsync();

        var list = await JsonAsync(estate, 0, "list", "--ids");
        Assert.Equal(5 * Each, list.GetProperty("matched").GetInt64());
        var groups = list.GetProperty("groups").EnumerateArray()
            .ToDictionary(x => x.GetProperty("reason").GetString()!, x => x.GetProperty("count").GetInt64());
        Assert.Equal(
            [
                "app_version: is not a version of one to three numeric parts, at most 2146.999.999",
                "body: is not JSON, or nested deeper than 64 levels",
                "locale: is longer than 32 characters",
                "moved by SQS's redrive policy, no reason given",
                "user_id: is null",
            ],
            groups.Keys.Order(StringComparer.Ordinal));
        Assert.All(groups.Values, count => Assert.Equal(Each, count));
        await ShowAsync(estate, list);
        Assert.Contains("1,000 of 1,000 letters", await TextAsync(estate, 0, "list", "--newer", "1d"));
        Assert.Contains("would go back", await TextAsync(estate, 0, "redrive", "--dry-run", "--rate", "50"));
        Assert.Equal(5 * Each, await LettersAsync(estate));

        // All go back. The committed ones add no row, and a changed setting lets the versions in.
        var clock = Stopwatch.StartNew();
        var redriven = await JsonAsync(estate, 0, "redrive", "--rate", "400");
        output.WriteLine($"1,000 letters redriven in {clock.Elapsed.TotalSeconds:0.0} s at 400 a second");
        Assert.Equal(5 * Each, redriven.GetProperty("redriven").GetInt64());
        Assert.InRange(clock.Elapsed.TotalSeconds, 2.4, 60);
        estate.Settings["AppVersion__Encoding"] = "Digits";
        Assert.Contains("AppVersion:Encoding: Ordered before, Digits", await VouchAsync(estate));
        var key = new MessageIdKey(new MaskingOptions { Keys = { estate.Settings["Masking__Keys__0"] } });
        var drained = await estate.DrainAsync();
        Assert.Equal((Each, Each), (
            drained.GetProperty("written").GetInt64(), drained.GetProperty("duplicates").GetInt64()));
        Assert.Equal(2 * Each, await estate.RowsAsync());
        Assert.Equal(
            versions.Select(id => $"{key.Of(Guid.Parse(id))}").Order(StringComparer.Ordinal),
            (await estate.QueryAllAsync(
                "SELECT message_id::text FROM user_logins WHERE app_version = 121234", row => row.GetString(0)))
            .Order(StringComparer.Ordinal));

        // What cannot be fixed comes back a second time, and a third, and then stays.
        Assert.Equal(3 * Each, (await JsonAsync(estate, 0, "redrive")).GetProperty("redriven").GetInt64());
        await estate.DrainAsync();
        var third = await JsonAsync(estate, 3, "redrive");
        Assert.Equal(0, third.GetProperty("redriven").GetInt64());
        Assert.Equal(3 * Each, third.GetProperty("left").GetProperty("returnedThrice").GetInt64());
        Assert.Contains("third time", _printed[^1]);
        Assert.Equal(5, (await JsonAsync(estate, 0, "redrive", "--force", "--limit", "5", "--dry-run"))
            .GetProperty("redriven").GetInt64());

        await TextAsync(estate, 1, "purge", "--reason", "locale");
        Assert.Contains("there is no terminal to ask at", _printed[^1]);
        var purged = await JsonAsync(estate, 0, "purge", "--reason", "LOCALE", "--yes");
        Assert.Equal(Each, purged.GetProperty("deleted").GetInt64());
        Assert.Equal(2 * Each, await LettersAsync(estate));
        Assert.Contains("200 of 400 letters", await TextAsync(estate, 0, "list", "--reason", "is null"));

        Assert.Equal(2 * Each, await estate.RowsAsync());
        await StopAsync(estate);
        estate.Settings.Remove("Masking__Keys__0");
        Assert.Contains("letters of login-queue-dead", await TextAsync(estate, 0, "list"));
        Assert.Contains("no key to prove them", _printed[^1]);
        await TextAsync(estate, 1, "redrive", "--dry-run");
        Assert.Contains("Masking:Keys", _printed[^1]);
        Assert.All(_printed, text => Assert.DoesNotContain("canary", text, StringComparison.OrdinalIgnoreCase));
        Assert.All(_printed, text => Assert.DoesNotContain(Ip, text, StringComparison.Ordinal));
    }

    [PosixFact]
    public async Task Letters_of_rows_that_a_constraint_refused_become_rows_once_a_migration_drops_it()
    {
        await using var estate = await Estate.CreateAsync(maxReceives: 2);
        estate.Settings["Sqs__VisibilityTimeoutSeconds"] = "5";
        await estate.ExecuteAsync("ALTER TABLE user_logins ADD CONSTRAINT no_xx CHECK (locale <> 'xx')");
        await SendAsync(estate, Login());
        await estate.Client.SendAsync(estate.QueueUrl, [.. Enumerable.Repeat(Login(locale: "\"xx\""), 3)]);
        await estate.DrainAsync();
        Assert.Equal((3, Each), (await LettersAsync(estate), await estate.RowsAsync()));
        var list = await JsonAsync(estate, 0, "list");
        var group = Assert.Single(list.GetProperty("groups").EnumerateArray().ToList());
        Assert.Equal(
            "moved by SQS's redrive policy, no reason given", group.GetProperty("reason").GetString());

        await estate.ExecuteAsync("ALTER TABLE user_logins DROP CONSTRAINT no_xx");
        await JsonAsync(estate, 0, "redrive");
        await estate.DrainAsync();

        Assert.Equal((0, Each + 3), (await LettersAsync(estate), await estate.RowsAsync()));
    }

    [PosixFact]
    public async Task At_a_terminal_only_a_yes_lets_a_purge_delete()
    {
        await using var estate = await Estate.CreateAsync();
        await estate.Client.SendAsync(estate.DeadLetterUrl, ["1", "2", "3"]);

        Assert.Equal((1, 3), await AnswerAsync("no\n"));
        Assert.Equal((0, 0), await AnswerAsync("yes\n"));

        async Task<(int ExitCode, long Letters)> AnswerAsync(string answer)
        {
            await using var purge = TerminalProcess.Start(estate.Settings, "dead", "purge");
            await purge.WaitForTextAsync("type 'yes' to delete them");
            await purge.TypeAsync(answer);
            await purge.WaitAsync();
            return (purge.ExitCode, await LettersAsync(estate));
        }
    }

    /// <summary>Rows are committed, deletes have no effect, and SQS moves the messages after two receives.</summary>
    private static async Task CommitAndLoseDeletesAsync(Estate estate)
    {
        await SendAsync(estate, Login());
        estate.Sqs.Faults = new SqsFaultPlan
        {
            Rules = [new() { Kind = SqsFaultKind.StaleHandleSuccess, Operation = "DeleteMessageBatch" }],
        };
        await estate.DrainAsync();
        estate.Sqs.Faults = null;
    }

    /// <summary>Shows a letter as text and as JSON, with the masks of the table.</summary>
    private async Task ShowAsync(Estate estate, JsonElement list)
    {
        var id = list.GetProperty("letters").EnumerateArray()
            .First(x => x.GetProperty("reason").GetString() == "user_id: is null").GetProperty("id").GetString()!;
        var text = await TextAsync(estate, 0, "show", id);
        var json = await JsonAsync(estate, 0, "show", id);

        Assert.Contains(await estate.QueryAsync<string>("SELECT masked_ip FROM user_logins LIMIT 1"), text);
        Assert.Contains(await estate.QueryAsync<string>("SELECT masked_device_id FROM user_logins LIMIT 1"), text);
        Assert.True(json.GetProperty("isIdentityProved").GetBoolean());
        Assert.Equal(
            ["a text of 12 characters"],
            json.GetProperty("body").GetProperty("unknownKeys").EnumerateArray().Select(x => x.GetString()));
        await TextAsync(estate, 1, "show", $"{Guid.NewGuid()}");
        Assert.Contains("has this id; 1,000 were read", _printed[^1]);
    }

    /// <summary>A signal ends a redrive between two calls: each letter is on one of the queues, and visible.</summary>
    private async Task StopAsync(Estate estate)
    {
        await using var redrive = estate.Start("dead", "redrive", "--force", "--rate", "1");
        await Estate.UntilAsync(async () => (await estate.DepthAsync()).Visible > 0);
        await redrive.SignalAsync(ProcessSignal.Terminate);
        await redrive.WaitAsync();
        _printed.Add(redrive.Output + redrive.Errors);

        Assert.Equal(143, redrive.ExitCode);
        Assert.Contains("stopped before the end", _printed[^1]);
        Assert.Equal(2 * Each, await LettersAsync(estate) + (await estate.DepthAsync()).Visible);
    }

    private static async Task<string> VouchAsync(Estate estate)
    {
        await using var register = await estate.RunAsync("keys", "register");
        Assert.Equal((0, string.Empty), (register.ExitCode, register.Errors));
        return register.Output;
    }

    private async Task<string> TextAsync(Estate estate, int exitCode, params string[] arguments)
    {
        await using var process = await estate.RunAsync(["dead", .. arguments]);
        _printed.Add(process.Output + process.Errors);
        Assert.True(process.ExitCode == exitCode, $"{process.ExitCode}: {_printed[^1]}");
        return process.Output;
    }

    private async Task<JsonElement> JsonAsync(Estate estate, int exitCode, params string[] arguments) =>
        JsonSerializer.Deserialize<JsonElement>(await TextAsync(estate, exitCode, [.. arguments, "--json"]));

    private static async Task<long> LettersAsync(Estate estate) =>
        (await QueueDepth.ReadAsync(estate.Client, estate.DeadLetterUrl, CancellationToken.None)).Visible;

    /// <summary>Sends a body two hundred times, with canaries in every place where a producer can write.</summary>
    private static async Task<List<string>> SendAsync(Estate estate, string body)
    {
        var ids = new List<string>();
        for (var sent = 0; sent < Each; sent += 10)
        {
            var entries = Enumerable.Range(0, 10).Select(i => new SendMessageBatchRequestEntry($"{i}", body)
            {
                MessageAttributes = new()
                {
                    ["canary-attribute"] = SqsCalls.Text(Ip),
                    [DeadLetterAttributes.Reason] = SqsCalls.Text($"ip: {Ip} canary"),
                },
            });
            ids.AddRange((await estate.Client.SendMessageBatchAsync(estate.QueueUrl, [.. entries])).Successful
                .Select(x => x.MessageId));
        }

        return ids;
    }

    private static string Login(
        string user = "\"canary-user\"", string version = "1.2.3", string locale = "null") => $$"""
        {"user_id":{{user}},"app_version":"{{version}}","device_type":"ios","ip":"{{Ip}}","locale":{{locale}},
        "device_id":"canary-device","canary-key":"canary-value"}
        """;
}
