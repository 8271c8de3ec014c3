using Microsoft.Extensions.Logging;

namespace FetchEtl.Service;

/// <summary>
/// All that the service logs itself. Event ids: 3090 to 3099. No value of a message is ever a parameter.
/// </summary>
internal static partial class Log
{
    [LoggerMessage(3090, LogLevel.Information, "Health checks, metrics and the status page are at {Addresses}")]
    public static partial void Listening(ILogger logger, string addresses);

    [LoggerMessage(3093, LogLevel.Critical, "fetch-etl ends: {Cause}")]
    public static partial void Ends(ILogger logger, string cause);

    [LoggerMessage(3094, LogLevel.Critical, "fetch-etl ends by an unexpected error")]
    public static partial void Failed(ILogger logger, Exception failure);

    [LoggerMessage(3095, LogLevel.Information, "{Progress}")]
    public static partial void Progress(ILogger logger, string progress);

    [LoggerMessage(3096, LogLevel.Warning, "The drain ends before the queue is shown empty: {Cause}")]
    public static partial void DrainEnds(ILogger logger, string cause);

    [LoggerMessage(3091, LogLevel.Information,
        "In {Time}: received {Received}, written {Written} ({Rate:0.0}/s), duplicates {Duplicates}, dead letters "
        + "{DeadLetters}{Rules}, returned {Returned}, leases lost {LeasesLost}; {Depth}")]
    public static partial void Summary(
        ILogger logger,
        string time,
        long received,
        long written,
        double rate,
        long duplicates,
        long deadLetters,
        string rules,
        long returned,
        long leasesLost,
        string depth);

    [LoggerMessage(3092, LogLevel.Information,
        "Stopped after {Time}: received {Received}, written {Written} ({Rate:0.0}/s), duplicates {Duplicates}, dead "
        + "letters {DeadLetters}{Rules}, returned {Returned}, leases lost {LeasesLost}")]
    public static partial void Ended(
        ILogger logger,
        string time,
        long received,
        long written,
        double rate,
        long duplicates,
        long deadLetters,
        string rules,
        long returned,
        long leasesLost);
}
