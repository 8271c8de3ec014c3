using System.CommandLine;
using System.Globalization;
using FetchEtl.Migrations;

namespace FetchEtl.Service;

internal static class MigrateCommand
{
    private static readonly Option<bool> Script = new("--script")
    {
        Description = "Print the migrations as idempotent SQL instead of applying them.",
    };

    private static readonly Option<bool> CreateDatabase = new("--create-database")
    {
        Description = "Create the database of the connection string where it does not exist.",
    };

    public static Command Create() => Verb.Create(
        "migrate",
        "Creates the table user_logins, or adopts the one that exists; with --partition-by, as partitions.",
        RunAsync,
        Script,
        CreateDatabase,
        PartitionArguments.PartitionBy,
        PartitionArguments.DropOld,
        PartitionArguments.Yes).WithExamples(
            "fetch-etl migrate --create-database",
            "fetch-etl migrate --partition-by month",
            "fetch-etl migrate --script > user_logins.sql");

    private static async Task<int> RunAsync(ParseResult parsed, string[] settings, CancellationToken cancellationToken)
    {
        var partitions = PartitionArguments.Read(parsed);
        if (parsed.GetValue(Script))
        {
            Console.WriteLine(LoginMigrations.Script());
            return Verb.Succeeded;
        }

        var configuration = ServiceHost.Create(settings).Configuration;
        var database = DatabaseSetting.Read(configuration);
        var keys = KeyRegistration.Read(configuration, cancellationToken);
        return await DatabaseWork.RunAsync(
            async () =>
            {
                await MigrateAsync(database, parsed.GetValue(CreateDatabase), cancellationToken);
                if (keys is var (masker, options))
                {
                    await KeyRegistration.VerifyAsync(database, masker, options, cancellationToken);
                }

                return await PartitionStep.RunAsync(database, partitions, cancellationToken);
            },
            "migrate needs CREATE on the schema, to own a user_logins that exists, and CREATEDB with "
                + "--create-database. Let the owner run it",
            stopped: null,
            cancellationToken);
    }

    private static async Task MigrateAsync(string database, bool createDatabase, CancellationToken cancellationToken)
    {
        if (createDatabase && await LoginMigrations.CreateDatabaseAsync(database, cancellationToken))
        {
            Console.WriteLine("The database did not exist and was created.");
        }

        var result = await LoginMigrations.MigrateAsync(
            database, Console.WriteLine, TimeProvider.System, cancellationToken);
        Console.WriteLine(Describe(result));
    }

    private static string Describe(LoginMigrationResult result) => result.Outcome switch
    {
        LoginMigrationOutcome.Created => $"user_logins was created. {Migrations(result)}",
        LoginMigrationOutcome.Adopted => string.Create(
            CultureInfo.InvariantCulture,
            $"user_logins was adopted with its {result.AdoptedRows:N0} rows, whose values are as before. "
                + $"{Migrations(result)}"),
        LoginMigrationOutcome.Updated => $"user_logins was updated. {Migrations(result)}",
        _ => "user_logins is unchanged: it was up to date.",
    };

    private static string Migrations(LoginMigrationResult result) =>
        $"Migrations applied: {string.Join(", ", result.Applied)}.";
}
