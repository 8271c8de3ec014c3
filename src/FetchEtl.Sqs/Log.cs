using Microsoft.Extensions.Logging;

namespace FetchEtl.Sqs;

/// <summary>
/// All that this library logs. Event ids: 1000 to 1099 the client, from 1100 the rider. No body, no receipt handle, no
/// attribute value is ever a parameter.
/// </summary>
internal static partial class Log
{
    [LoggerMessage(1000, LogLevel.Information, "{Endpoint} speaks the SQS protocol {Protocol}; keeping to it")]
    public static partial void ProtocolSettled(this ILogger logger, Uri endpoint, SqsProtocol protocol);

    [LoggerMessage(1001, LogLevel.Debug, "SQS {Operation} failed with {Code}; retry {Attempt} in {Delay}")]
    public static partial void Retrying(this ILogger logger, string operation, string code, int attempt, TimeSpan delay);

    [LoggerMessage(1002, LogLevel.Warning,
        "This machine's clock is far from that of {Endpoint}, which refused a signature; signing with the service's time")]
    public static partial void ClockCorrected(this ILogger logger, Uri endpoint);
}
