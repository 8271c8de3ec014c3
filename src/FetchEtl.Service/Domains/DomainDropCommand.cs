using System.CommandLine;
using FetchEtl.Maintenance;

namespace FetchEtl.Service;

/// <summary>Drops a domain.</summary>
internal static class DomainDropCommand
{
    private static readonly Argument<string[]> Name = DomainArguments.Name();

    public static Command Create() => Verb.Create(
        "drop",
        "Drops a domain and its table. user_logins stays as it is, and 'domain new' creates the same masks again.",
        RunAsync,
        Name).WithExamples("fetch-etl domain drop analysts");

    private static async Task<int> RunAsync(ParseResult parsed, string[] settings, CancellationToken cancellationToken)
    {
        var name = DomainArguments.NameOf(parsed, Name, "drop");
        await using var database = DatabaseSetting.Open(settings);
        await new DomainCatalog(database, TimeProvider.System).DropAsync(name, cancellationToken);
        Console.WriteLine($"The domain {name} and its table are dropped.");
        return Verb.Succeeded;
    }
}
