using System.CommandLine;
using FetchEtl.Migrations;
using FetchEtl.Service.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Npgsql;

namespace FetchEtl.Service.Commands;

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

        var connectionString = ServiceHost.Create(settings).Configuration.GetConnectionString("Logins");
        if (!IsConnectionString(connectionString))
        {
            throw new OptionsValidationException(
                "migrate", typeof(MigrateCommand), ["ConnectionStrings:Logins must say which PostgreSQL to migrate, as Host=…;Database=…;Username=…."]);
        }

        await LoginMigrations.MigrateAsync(connectionString!, cancellationToken);
        Console.WriteLine("user_logins is up to date.");

        return Verb.Succeeded;
    }

    private static bool IsConnectionString(string? text)
    {
        try
        {
            return !string.IsNullOrWhiteSpace(new NpgsqlConnectionStringBuilder(text).Host);
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
