using System.Security.Cryptography;
using FetchEtl.Benchmarks;
using FetchEtl.Local;
using FetchEtl.Testing;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>The real <c>fetch-etl</c>, with logs at trace level.</summary>
[Trait("Category", "Slow")]
public sealed class ProcessLeakTests
{
    private const string Log = "log";

    private readonly CanaryWatch _canaries = new();

    [PosixFact]
    public async Task A_run_with_every_message_an_outage_and_a_stop_shows_no_canary_in_its_log_or_PostgreSQLs()
    {
        var (estate, server) = await Estate.CreateWithServerAsync();
        await using var _ = estate;
        TraceLogging.AddTo(estate.Settings);
        MaskUserId(estate.Settings);
        estate.Settings["Service__ShutdownTimeoutSeconds"] = "5";
        await estate.ExecuteAsync(LeakEstate.Constraint);
        var invalid = LeakMessages.Invalid().ToList();
        await estate.SendAsync([
            .. LeakMessages.Logins(20),
            .. invalid,
            .. LeakMessages.Plain(5, LeakMessages.RefusedType),
        ]);
        estate.Sqs.Faults = SqsFaults.Plan(seed: 1);
        var outage = new TaskCompletionSource();
        await using var run = FetchEtlProcess.Start(
            estate.Settings,
            line =>
            {
                _canaries.Look(Log, line);
                if (line.Contains("PostgreSQL cannot commit logins", StringComparison.Ordinal))
                {
                    outage.TrySetResult();
                }
            },
            "run");
        await estate.UntilOnlyRefusedAreLeftAsync(5);
        estate.Sqs.Faults = null;
        await estate.ExecuteAsync(LeakEstate.DropConstraint);
        await estate.UntilQueueIsEmptyAsync();

        await server.StopServerAsync(PostgresStop.Fast);
        await estate.SendAsync(LeakMessages.Logins(5));
        await outage.Task.WaitAsync(TimeSpan.FromMinutes(1));
        await server.StartServerAsync();
        await estate.UntilQueueIsEmptyAsync();

        await using (await TableLock.TakeAsync(estate.ConnectionString))
        {
            await estate.SendAsync(LeakMessages.Logins(20));
            await Estate.UntilAsync(async () => (await estate.DepthAsync()).InFlight == 20);
            await run.SignalAsync(ProcessSignal.Terminate);
            await run.WaitAsync();
        }

        foreach (var line in File.ReadLines(server.LogFile))
        {
            _canaries.Look("PostgreSQL's log", line);
        }

        Assert.Equal(invalid.Count, await estate.LookAtDestinationsAsync(_canaries));

        // The stop cancels the inserts that wait for the lock. If the process ends before PostgreSQL reads that, one
        // commits later, and its messages are delivered again as duplicates.
        Assert.InRange(await estate.RowsAsync(), 30, 50);
        Assert.Contains("Failing row contains", await File.ReadAllTextAsync(server.LogFile));
        _canaries.AssertNoneIn(Log, "PostgreSQL's log", "dead-letter attributes", "table");
    }

    [Fact]
    public async Task No_verb_prints_a_canary()
    {
        await using var estate = await Estate.CreateAsync();
        TraceLogging.AddTo(estate.Settings);
        using var vault = RSA.Create(3072);
        var publicKey = Path.GetTempFileName();
        estate.Settings["Masking__Vault__PublicKeyFile"] = publicKey;
        estate.KeepUserIds();
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(publicKey, vault.ExportSubjectPublicKeyInfoPem());
            await File.WriteAllLinesAsync(file, [.. LeakMessages.Plain(10), .. LeakMessages.Invalid()]);
            await RunAsync(0, "migrate");
            await RunAsync(0, "send", "--file", file);
            await RunAsync(0, "drain");
            await RunAsync(0, "demo", "--file", file);
            await RunAsync(0, "mask", "--field", "device_id", Canaries.DeviceId);
            await RunAsync(1, "mask", "--field", "user_id", Canaries.UserId);
            await File.WriteAllBytesAsync(file, [.. "canary-body-"u8, 0xff]);
            await RunAsync(1, "send", "--file", file);

            MaskUserId(estate.Settings);
            await RunAsync(0, "keys", "register");
            await RunAsync(0, "adopt", "--column", "user_id=user_id", "--dry-run");
            await RunAsync(0, "adopt", "--column", "user_id=user_id", "--yes");
            await RunAsync(0, "rekey");
            await RunAsync(1, "erase", "--purpose", "test", Canaries.DeviceId);
        }
        finally
        {
            File.Delete(file);
            File.Delete(publicKey);
        }

        Assert.Equal(10, await estate.RowsAsync());
        Assert.Equal(3L, await estate.QueryAsync<long>("SELECT count(DISTINCT field) FROM pii_vault"));
        _canaries.AssertNoneIn();

        async Task RunAsync(int exitCode, params string[] arguments)
        {
            await using var verb = await estate.RunAsync(arguments);
            Assert.True(verb.ExitCode == exitCode, $"{arguments[0]} ended with {verb.ExitCode}: {verb.Errors}");
            Assert.True((verb.Output + verb.Errors).Length > 0, $"{arguments[0]} printed nothing.");
            _canaries.Look($"the output of {arguments[0]}", verb.Output);
            _canaries.Look($"the errors of {arguments[0]}", verb.Errors);
        }
    }

    private static void MaskUserId(Dictionary<string, string> settings)
    {
        settings["Masking__Fields__0"] = "ip";
        settings["Masking__Fields__1"] = "device_id";
        settings["Masking__Fields__2"] = "user_id";
    }
}
