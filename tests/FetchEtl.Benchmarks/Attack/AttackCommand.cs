using System.CommandLine;
using System.Text.Json;
using FetchEtl.Local;
using Npgsql;

namespace FetchEtl.Benchmarks;

internal static class AttackCommand
{
    private const int Done = 0;
    private const int Failed = 1;

    private static readonly Option<int> Seconds =
        NumberOption.AtLeastOne("--seconds", "How long each sweep with SHA-256 may take.", 120);

    private static readonly Option<int> SampleSeconds =
        NumberOption.AtLeastOne("--sample-seconds", "How long each sweep with HMAC under some key may take.", 15);

    private static readonly Option<int> Logins = NumberOption.AtLeastOne("--logins", "How many logins its own tables get.", 1000);

    private static readonly Option<int> Seed = new("--seed") { Description = "Decides the logins drawn.", DefaultValueFactory = _ => 1 };

    private static readonly Option<string?> Connection = new("--connection")
    {
        Description = "Takes the masks from a table that is there, in the database of this connection string. PGPASSFILE keeps the password off the command line.",
    };

    private static readonly Option<string> Table = new("--table")
    {
        Description = "That table, with or without its schema.",
        DefaultValueFactory = _ => "user_logins",
    };

    private static readonly Option<bool> Json = new("--json") { Description = "Print one line of JSON instead." };

    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    public static Command Create()
    {
        var command = new Command(
            "attack",
            """
            Reads masks from a table and tries to find the values behind them, on all cores: every IPv4 address, every device id
            of the form DDD-DD-DDDD.

            Without --connection it makes two tables of the same random logins in a private PostgreSQL: one masked by unsalted
            SHA-256, one by the default method under a key of this run. Masks of 64 hex digits are taken for SHA-256. Masks of the
            default method, their generation taken off, are taken for SHA-256, for HMAC under the empty key and for HMAC under a
            random key: samples, as there are 2^256 keys to try. On its own tables a sample under the key itself is the control.

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
                // Its text may quote the password.
                result.AddError("--connection is not a connection string that Npgsql can read: write it as Host=…;Database=…;Username=….");
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
            Say($"{Environment.ProcessorCount} cores. A sweep ends after {parsed.GetValue(Seconds)} s, a sample under some key after {parsed.GetValue(SampleSeconds)} s.");
            Say(SweepFigures.Header);
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
            Console.WriteLine(JsonSerializer.Serialize(new { Cores = Environment.ProcessorCount, Sweeps = sweeps }, Web));
        }

        return Done;

        void Say(string line)
        {
            if (!isJson)
            {
                Console.WriteLine(line);
            }
        }

        void Add(SweepFigures figures)
        {
            sweeps.Add(figures);
            Say(figures.ToString());
        }
    }

    private static async Task AttackOwnTablesAsync(AttackRun run, int count, int seed, CancellationToken cancellationToken)
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

    private static async Task AttackTableAsync(AttackRun run, string connection, string name, CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create(connection);
        var table = new MaskTable(source, name);
        foreach (var field in (AttackedField[])[AttackedField.Ip, AttackedField.DeviceId])
        {
            var masks = await run.AttackAsync(table, field, key: null, cancellationToken);
            if (masks.Sha256.Count + masks.Hmac.Count == 0 || masks.Others > 0)
            {
                await Console.Error.WriteLineAsync(
                    $"{field.Column}: {masks.Sha256.Count + masks.Hmac.Count} masks, and {masks.Others} values that have the form of no method and were left out.");
            }
        }
    }
}
