using System.CommandLine;
using MassTransit;
using Microsoft.Extensions.Hosting;

namespace FetchEtl.Service;

internal static class RunCommand
{
    public static Command Create(Termination termination) => Verb.Create(
        "run",
        "Moves logins from the queue into the table until it is stopped.",
        (_, settings, cancellationToken) => RunAsync(settings, termination, cancellationToken)).WithExamples(
            "fetch-etl run",
            "fetch-etl run --Sqs:QueueName=login-queue --Logging:LogLevel:FetchEtl=Warning").WithLoggedFailures();

    private static async Task<int> RunAsync(
        string[] settings,
        Termination termination,
        CancellationToken cancellationToken)
    {
        using var host = ServiceHost.CreateRun(settings).BuildValidated(cancellationToken);
        termination.LimitBy(host);
        try
        {
            await host.RunAsync(cancellationToken);
        }
        catch (Exception exception) when (cancellationToken.IsCancellationRequested
            && exception is OperationCanceledException or ConnectionException)
        {
            // It was stopped while it waited for SQS. MassTransit ends such a start with SQS's failure.
        }

        return Verb.Succeeded;
    }
}
