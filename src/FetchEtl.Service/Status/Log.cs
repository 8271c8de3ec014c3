using Microsoft.Extensions.Logging;

namespace FetchEtl.Service;

/// <summary>All that the service logs itself. Event ids: 3090 to 3099. No value of a message is ever a parameter.</summary>
internal static partial class Log
{
    [LoggerMessage(3090, LogLevel.Information, "Health checks, metrics and the status page are at {Addresses}")]
    public static partial void Listening(ILogger logger, string addresses);
}
