using System.CommandLine;
using System.Text.Json;
using FetchEtl.Local;
using Npgsql;

namespace FetchEtl.Benchmarks;

/// <summary>
/// The verb <c>attack</c>: counts how many masks of a table an attacker reverses by trying all possible values, without
/// the key and with it.
/// </summary>
internal static class AttackCommand
{
    private const int Done = 0;
    private const int Failed = 1;

    private static readonly Option<int> Seconds =
        NumberOption.AtLeastOne("--seconds", "How long each sweep with SHA-256 may take.", 120);

    private static readonly Option<int> SampleSeconds =
        NumberOption.AtLeastOne("--sample-seconds", "How long each sweep with HMAC under one key may take.", 15);

    private static readonly Option<int> Logins =
        NumberOption.AtLeastOne("--logins", "How many random logins the verb's own tables hold.", 1000);

    private static readonly Option<int> Seed =
        new("--seed") { Description = "The seed of the random logins.", DefaultValueFactory = _ => 1 };

    private static readonly Option<string?> Connection = new("--connection")
    {
        Description = "Reads the masks from an existing table in the database of this connection string. "
            + "PGPASSFILE keeps the password off the command line.",
    };

    private static readonly Option<string> Table = new("--table")
    {
        Description = "The existing table, with or without its schema.",
        DefaultValueFactory = _ => "user_logins",
    };

    private static readonly Option<bool> Json = new("--json") { Description = "Prints one line of JSON instead." };

    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    public static Command Create()
    {
        var command = new Command(
            "attack",
            """
            Reads masks from a table and searches for the values behind them, on all cores. It tries every IPv4 address
            and every device id of the form DDD-DD-DDDD.

            Without --connection it creates two tables of the same random logins in a private PostgreSQL: one masked by
            unsalted SHA-256, one by the default method under a key of this run. It attacks masks of 64 hex digits as
            SHA-256. It removes the generation from masks of the default method and attacks them as SHA-256, as HMAC
            under the empty key and as HMAC under a random key. The sweeps with HMAC are samples, because there are
            2^256 keys. On its own tables, a sample under the real key is the control.

            Prints counts only, never a value.
            """)
        {
            Seconds,
            SampleSeconds,
            Logins,
            Seed,
            Connection,
            Table,
            Json,
        };
        Connection.Validators.Add(result =>
        {
            try
            {
                _ = new NpgsqlConnectionStringBuilder(result.GetValueOrDefault<string?>());
            }
            catch (ArgumentException)
            {
                // The exception's text may quote the password, so it is not shown.
                result.AddError(
                    "--connection is not a connection string that Npgsql can read: "
                    + "write it as Host=…;Database=…;Username=….");
            }
        });
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var isJson = parsed.GetValue(Json);
        var sweeps = new List<SweepFigures>();
        var run = new AttackRun(
            new AttackOptions
            {
                SweepLimit = TimeSpan.FromSeconds(parsed.GetValue(Seconds)),
                SampleLimit = TimeSpan.FromSeconds(parsed.GetValue(SampleSeconds)),
            },
            Add);
        try
        {
            Print($"{Environment.ProcessorCount} cores. A sweep with SHA-256 ends after {parsed.GetValue(Seconds)} s, "
                + $"a sample under one key after {parsed.GetValue(SampleSeconds)} s.");
            Print(SweepFigures.Header);
            await (parsed.GetValue(Connection) is { } connection
                ? AttackTableAsync(run, connection, parsed.GetValue(Table)!, cancellationToken)
                : AttackOwnTablesAsync(run, parsed.GetValue(Logins), parsed.GetValue(Seed), cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return Failed;
        }
        catch (Exception exception) when (exception is LocalPostgresException or NpgsqlException)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return Failed;
        }

        if (isJson)
        {
            var result = new { Cores = Environment.ProcessorCount, Sweeps = sweeps };
            Console.WriteLine(JsonSerializer.Serialize(result, Web));
        }

        return Done;

        void Print(string line)
        {
            if (!isJson)
            {
                Console.WriteLine(line);
            }
        }

        void Add(SweepFigures figures)
        {
            sweeps.Add(figures);
            Print(figures.ToString());
        }
    }

    private static async Task AttackOwnTablesAsync(
        AttackRun run, int count, int seed, CancellationToken cancellationToken)
    {
        await using var postgres = await LocalPostgres.StartAsync(cancellationToken: cancellationToken);
        await using var source = NpgsqlDataSource.Create(postgres.ConnectionString);
        var tables = await OwnTables.CreateAsync(source, RawLogin.Draw(count, seed), cancellationToken);
        foreach (var table in (MaskTable[])[tables.Sha256, tables.Hmac])
        {
            await run.AttackAsync(table, AttackedField.Ip, tables.Key, cancellationToken);
            await run.AttackAsync(table, AttackedField.DeviceId, tables.Key, cancellationToken);
        }
    }

    private static async Task AttackTableAsync(
        AttackRun run, string connection, string name, CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create(connection);
        var table = new MaskTable(source, name);
        foreach (var field in (AttackedField[])[AttackedField.Ip, AttackedField.DeviceId])
        {
            var masks = await run.AttackAsync(table, field, key: null, cancellationToken);
            if (masks.Sha256.Count + masks.Hmac.Count == 0 || masks.Others > 0)
            {
                await Console.Error.WriteLineAsync(
                    $"{field.Column}: {masks.Sha256.Count + masks.Hmac.Count} masks. Left out: {masks.Others} values "
                    + "that do not have the form of a mask.");
            }
        }
    }
}
