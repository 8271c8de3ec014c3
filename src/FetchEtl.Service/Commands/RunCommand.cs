using System.CommandLine;
using FetchEtl.Service.Hosting;
using Microsoft.Extensions.Hosting;

namespace FetchEtl.Service.Commands;

internal static class RunCommand
{
    public static Command Create() => Verb.Create("run", "Moves logins from the queue into the table until stopped.", RunAsync);

    private static async Task<int> RunAsync(ParseResult parsed, string[] settings, CancellationToken cancellationToken)
    {
        using var host = ServiceHost.CreateConsumer(settings).BuildValidated();
        await host.RunAsync(cancellationToken);

        return Verb.Succeeded;
    }
}
