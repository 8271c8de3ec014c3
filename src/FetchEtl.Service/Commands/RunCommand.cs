using System.CommandLine;
using Microsoft.Extensions.Hosting;

namespace FetchEtl.Service;

internal static class RunCommand
{
    public static Command Create(Termination termination) => Verb.Create(
        "run",
        "Moves logins from the queue into the table until it is stopped.",
        (_, settings, cancellationToken) => RunAsync(settings, termination, cancellationToken));

    private static async Task<int> RunAsync(
        string[] settings,
        Termination termination,
        CancellationToken cancellationToken)
    {
        using var host = ServiceHost.CreateConsumer(settings).BuildValidated();
        termination.LimitBy(host);
        await host.RunAsync(cancellationToken);

        return Verb.Succeeded;
    }
}
