using Amazon.Runtime;
using FetchEtl.Local;
using Npgsql;

namespace FetchEtl.Benchmarks;

/// <summary>Runs a measuring verb: requires a Release build and prints an expected failure as one line.</summary>
internal static class Measurement
{
    private const int Done = 0;
    private const int Failed = 1;

    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string verb, Func<Task> measure)
    {
        if (!ReleaseBuild.IsThis(verb))
        {
            return Failed;
        }

        try
        {
            await measure();
            return Done;
        }
        catch (Exception exception) when (exception is LocalPostgresException or MeasurementException
            or OperationCanceledException or AmazonServiceException or HttpRequestException or NpgsqlException
            or TimeoutException)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return Failed;
        }
    }
}
