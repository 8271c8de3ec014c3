using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using FetchEtl.Logins;
using FetchEtl.Masking;
using FetchEtl.Service;
using FetchEtl.Testing;
using Npgsql;
using Xunit.Abstractions;

namespace FetchEtl.EndToEnd.Tests;

[Trait("Category", "Slow")]
public sealed class RotationTests(ITestOutputHelper output)
{
    private const int Burst = 50;

    private const string FastUpdates = "DROP FUNCTION slow CASCADE";

    /// <summary>
    /// The date of the rows that existed before, to distinguish them from rows that the service writes.
    /// </summary>
    private static readonly DateOnly Before = new(2020, 1, 1);

    [PosixFact]
    public Task Rows_are_rotated_while_the_service_writes_and_rekey_is_killed_twice() => RotateAsync(30_000);

    [PosixFact]
    [Trait("Category", "Long")]
    public Task A_hundred_thousand_rows_are_rotated_while_the_service_writes_and_rekey_is_killed_twice() =>
        RotateAsync(100_000);

    [PosixFact]
    public async Task A_first_SIGTERM_ends_rekey_between_transactions_says_how_far_it_came_and_a_second_run_continues()
    {
        const int Count = 20_000;
        await using var estate = await Estate.CreateAsync();
        estate.KeepUserIds();
        var logins = new LoginGenerator(seed: 2).Take(Count).ToList();
        await FillAsync(estate, logins);
        estate.Settings["Masking__Keys__1"] = NewKey();

        await SlowUpdatesAsync(estate, "user_logins");
        await using var rekey = estate.Start("rekey", "--batch-size", "1");
        await Estate.UntilAsync(async () => rekey.HasExited || await RekeyedAsync(estate) > 0);
        await rekey.SignalAsync(ProcessSignal.Terminate);
        await rekey.WaitAsync();

        Assert.Equal(128 + 15, rekey.ExitCode);
        Assert.Matches(@"stopped after [0-9,]+ of [0-9,]+ blocks of user_logins, pass \d+\. The rows", rekey.Errors);
        Assert.Contains("run 'fetch-etl rekey' again to continue.", rekey.Errors);
        Assert.InRange(await RekeyedAsync(estate), 1, Count - 1);

        await estate.ExecuteAsync(FastUpdates);
        await using var again = await estate.RunAsync("rekey");
        Assert.True(again.ExitCode == 0, again.Errors);
        await AssertMasksAsync(estate, logins);
    }

    [PosixFact]
    public async Task A_raw_table_is_adopted_by_its_columns_after_a_dry_run_and_a_kill()
    {
        const int Count = 20_000;
        await using var estate = await Estate.CreateAsync();
        estate.KeepUserIds();
        await estate.QueryAsync<int>(
            $"""
            CREATE TABLE old_logins AS
            SELECT '10.1.' || i / 250 || '.' || i % 250 AS address,
                CASE WHEN i % 4 > 0 THEN 'device ' || i % 100 ELSE '' END AS device
            FROM generate_series(0, {Count - 1}) i;
            SELECT 1
            """);
        string[] verb = ["adopt", "--table", "old_logins", "--column", "address=ip", "--column", "device=device_id"];

        await using var dry = await estate.RunAsync([.. verb, "--dry-run"]);
        Assert.True(dry.ExitCode == 0, dry.Errors);
        Assert.Contains("40000 values would change. Nothing was changed.", dry.Output);
        Assert.Contains("15,000", dry.Output);
        Assert.Equal(0, await MaskedAsync());

        await SlowUpdatesAsync(estate, "old_logins");
        await using (var killed = estate.Start([.. verb, "--batch-size", "1", "--yes"]))
        {
            await Estate.UntilAsync(async () => killed.HasExited || await MaskedAsync() > 0);
            await killed.SignalAsync(ProcessSignal.Kill);
            await killed.WaitAsync();
        }

        Assert.InRange(await MaskedAsync(), 1, Count - 1);
        await estate.ExecuteAsync(FastUpdates);
        await using var adopt = await estate.RunAsync([.. verb, "--yes"]);
        Assert.True(adopt.ExitCode == 0, adopt.Errors);
        output.WriteLine(adopt.Output);

        var masker = Masker(estate);
        var rows = await estate.QueryAllAsync(
            "SELECT address, device FROM old_logins",
            static reader => (reader.GetString(0), reader.IsDBNull(1) ? null : reader.GetString(1)));
        Assert.Equal(
            Enumerable.Range(0, Count).Select(i => (
                masker.Mask(PiiField.Ip, new PersonalText($"10.1.{i / 250}.{i % 250}"))!,
                i % 4 > 0 ? masker.Mask(PiiField.DeviceId, new PersonalText($"device {i % 100}")) : null)).Order(),
            rows.Order());

        Task<long> MaskedAsync() => estate.QueryAsync<long>("SELECT count(*) FROM old_logins WHERE address LIKE '1:%'");
    }

    [Theory]
    [InlineData("rekey --table other", "--column must name the columns of other")]
    [InlineData("adopt", "--column must name the columns to mask")]
    [InlineData(
        "adopt --column masked_ip",
        "--column 'masked_ip' must be a column, =, and one of ip, device_id, user_id")]
    [InlineData(
        "adopt --column user_id=user_id --Masking:Fields:0=ip --Masking:Fields:1=device_id",
        "user_id is not masked; name it in Masking:Fields")]
    [InlineData(
        "adopt --column a=ip --column a=ip --batch-size 0",
        "--column names a twice.|--batch-size must be 1 to 4096 blocks, is 0.")]
    [InlineData(
        "adopt --column a=ip --hex-is-raw --Masking:Former=Sha256",
        "--hex-is-raw and Masking:Former Sha256 contradict each other")]
    [InlineData(
        "rekey --Masking:Method=Sha256 --Masking:AllowWeak=true",
        "Masking:Method is Sha256, whose masks have no key",
        false)]
    [InlineData("adopt --column a=ip", "Masking:Keys is empty, and without a key nothing is masked", false)]
    public async Task Wrong_arguments_are_reported_before_the_database_is_contacted(
        string verb,
        string problems,
        bool hasKey = true)
    {
        var settings = new Dictionary<string, string> { ["ConnectionStrings__Logins"] = "Host=127.0.0.1;Port=1" };
        if (hasKey)
        {
            settings["Masking__Keys__0"] = NewKey();
        }

        await using var run = await FetchEtlProcess.RunAsync(settings, verb.Split(' '));

        Assert.Equal(1, run.ExitCode);
        Assert.All(problems.Split('|'), line => Assert.Contains(line, run.Errors));
    }

    private async Task RotateAsync(int count)
    {
        await using var estate = await Estate.CreateAsync();
        estate.KeepUserIds();
        var logins = new LoginGenerator(seed: 1).Take(count).ToList();
        await FillAsync(estate, logins);
        estate.Settings["Masking__Keys__1"] = NewKey();
        await using var service = estate.Start("run");
        using var stop = new CancellationTokenSource();
        var sending = SendAsync(estate, stop.Token);
        await Estate.UntilAsync(async () => await estate.RowsAsync() > count);

        await SlowUpdatesAsync(estate, "user_logins");
        for (var kill = 1; kill <= 2; kill++)
        {
            var done = await RekeyedAsync(estate);
            await using var killed = estate.Start("rekey", "--batch-size", "4");
            await Estate.UntilAsync(
                async () => killed.HasExited || await RekeyedAsync(estate) > done + (count / 50),
                minutes: 5);
            await killed.SignalAsync(ProcessSignal.Kill);
            await killed.WaitAsync();
            Assert.InRange(await RekeyedAsync(estate), done + 1, count - 1);
        }

        await estate.ExecuteAsync(FastUpdates);
        var left = count - await RekeyedAsync(estate);
        var rows = await estate.RowsAsync();
        var watch = Stopwatch.StartNew();
        await using var rekey = await estate.RunAsync("rekey");
        watch.Stop();
        var meanwhile = await estate.RowsAsync() - rows;
        Assert.True(rekey.ExitCode == 0, rekey.Errors);
        Assert.True(meanwhile > 0, "The service wrote nothing while rekey ran.");

        await stop.CancelAsync();
        logins.AddRange(await sending);
        await estate.AssertAllWrittenOnceAsync(logins.Count);
        output.WriteLine(rekey.Output);
        output.WriteLine(
            $"Third run: {left} rows in {watch.Elapsed.TotalSeconds:0.0} s with its start and its counts, "
            + $"while the service wrote {meanwhile}.");
        await AssertMasksAsync(estate, logins);
    }

    /// <summary>Slows each UPDATE statement, so that a verb is not done before it gets a signal.</summary>
    private static Task SlowUpdatesAsync(Estate estate, string table) => estate.ExecuteAsync(
        $"""
        CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN PERFORM pg_catalog.pg_sleep(0.02); RETURN NULL; END $$;
        CREATE TRIGGER slow BEFORE UPDATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION slow()
        """);

    private static string NewKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    private static KeyedPiiMasker Masker(Estate estate)
    {
        var options = new MaskingOptions();
        for (var i = 0; estate.Settings.TryGetValue($"Masking__Keys__{i}", out var key); i++)
        {
            options.Keys.Add(key);
        }

        return new KeyedPiiMasker(options);
    }

    /// <summary>Writes rows as the service does under the present keys.</summary>
    private static async Task FillAsync(Estate estate, IEnumerable<string> logins)
    {
        var masker = Masker(estate);
        await using var session = new LoginDatabase(new NpgsqlConnection(estate.ConnectionString));
        foreach (var batch in logins.Chunk(5000))
        {
            await session.InsertAsync(
                Array.ConvertAll(
                    batch,
                    body =>
                    {
                        var (user, ip, device) = Expected(masker, body);
                        return new UserLogin
                        {
                            UserId = user,
                            MaskedIp = ip,
                            MaskedDeviceId = device,
                            CreateDate = Before,
                            MessageId = Guid.NewGuid(),
                        };
                    }));
        }
    }

    /// <summary>
    /// Sends 500 messages a second at most, so that the service is never idle for long, until it is stopped.
    /// </summary>
    /// <returns>The messages that it sent.</returns>
    private static async Task<List<string>> SendAsync(Estate estate, CancellationToken stop)
    {
        var sent = new List<string>();
        var generator = new LoginGenerator(seed: 3);
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (!stop.IsCancellationRequested && await pace.WaitForNextTickAsync(CancellationToken.None))
        {
            var burst = generator.Take(Burst).ToArray();
            await new MessageSender(estate.Client, TimeProvider.System, new Random()).SendAsync(
                estate.QueueUrl,
                burst,
                static _ => { },
                CancellationToken.None);
            sent.AddRange(burst);
        }

        return sent;
    }

    private static Task<long> RekeyedAsync(Estate estate) =>
        estate.QueryAsync<long>(
            $"SELECT count(*) FROM user_logins WHERE create_date = '{Before:O}' AND masked_ip LIKE '2:%'");

    /// <summary>
    /// Checks that each login has exactly one row, with its masks under the present keys. So no row is lost, and masks
    /// are equal exactly where values are.
    /// </summary>
    private static async Task AssertMasksAsync(Estate estate, IEnumerable<string> logins)
    {
        var masker = Masker(estate);
        var rows = await estate.QueryAllAsync(
            "SELECT user_id, masked_ip, masked_device_id FROM user_logins",
            static reader => (reader.GetString(0), reader.GetString(1), reader.GetString(2)));
        Assert.Equal(logins.Select(body => Expected(masker, body)).Order(), rows.Order());
    }

    private static (string User, string Ip, string Device) Expected(KeyedPiiMasker masker, string body)
    {
        using var login = JsonDocument.Parse(body);
        return (
            login.RootElement.GetProperty("user_id").GetString()!,
            masker.Mask(PiiField.Ip, new PersonalText(login.RootElement.GetProperty("ip").GetString()!))!,
            masker.Mask(PiiField.DeviceId, new PersonalText(login.RootElement.GetProperty("device_id").GetString()!))!);
    }
}
