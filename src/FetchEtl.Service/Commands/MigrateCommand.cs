using System.CommandLine;
using FetchEtl.Migrations;

namespace FetchEtl.Service;

internal static class MigrateCommand
{
    private static readonly Option<bool> Script = new("--script") { Description = "Print the idempotent SQL instead of running it." };

    public static Command Create() => Verb.Create("migrate", "Creates user_logins, or adopts the one that is there.", RunAsync, Script);

    private static async Task<int> RunAsync(ParseResult parsed, string[] settings, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(Script))
        {
            Console.Write(LoginMigrations.Script());
            return Verb.Succeeded;
        }

        await LoginMigrations.MigrateAsync(DatabaseSetting.Read(ServiceHost.Create(settings).Configuration), cancellationToken);
        Console.WriteLine("user_logins is up to date.");

        return Verb.Succeeded;
    }
}
