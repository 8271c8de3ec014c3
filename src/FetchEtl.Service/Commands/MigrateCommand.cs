using System.CommandLine;
using FetchEtl.Masking;
using FetchEtl.Migrations;

namespace FetchEtl.Service;

internal static class MigrateCommand
{
    private static readonly Option<bool> Script = new("--script")
    {
        Description = "Print the migrations as idempotent SQL instead of applying them.",
    };

    public static Command Create() =>
        Verb.Create("migrate", "Creates the table user_logins, or adopts the one that exists.", RunAsync, Script);

    private static async Task<int> RunAsync(ParseResult parsed, string[] settings, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(Script))
        {
            Console.WriteLine(LoginMigrations.Script());
            return Verb.Succeeded;
        }

        var configuration = ServiceHost.Create(settings).Configuration;
        var database = DatabaseSetting.Read(configuration);
        var masking = new MaskingOptions();
        var keys = KeyRegistration.ReadKeys(configuration, masking);
        await LoginMigrations.MigrateAsync(database, Console.WriteLine, TimeProvider.System, cancellationToken);
        Console.WriteLine("user_logins is up to date.");
        if (keys is not null)
        {
            await KeyRegistration.RunAsync(database, keys, masking, cancellationToken);
        }

        return Verb.Succeeded;
    }
}
