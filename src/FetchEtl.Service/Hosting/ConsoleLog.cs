using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace FetchEtl.Service;

/// <summary>The log on standard error: lines to read, or JSON where the settings say so.</summary>
internal static class ConsoleLog
{
    private const string Utc = "yyyy-MM-ddTHH:mm:ss.fffZ";

    /// <summary>Adds the log. <c>Logging:Console</c> takes precedence over what is set here.</summary>
    /// <param name="logging">The host's logging, with its configuration.</param>
    /// <param name="isTerminal">Whether standard error is a terminal, where people read the lines as they come.</param>
    /// <param name="environment">Returns environment variables.</param>
    public static void AddConsoleLog(
        this ILoggingBuilder logging, bool isTerminal, Func<string, string?> environment)
    {
        var hasColours = isTerminal && string.IsNullOrEmpty(environment("NO_COLOR")) && environment("TERM") != "dumb";
        logging.Services.Configure<SimpleConsoleFormatterOptions>(x =>
        {
            x.SingleLine = true;
            x.TimestampFormat = isTerminal ? "HH:mm:ss " : $"{Utc} ";
            x.UseUtcTimestamp = !isTerminal;
            // Not the default, which asks whether standard output is a terminal.
            x.ColorBehavior = hasColours ? LoggerColorBehavior.Enabled : LoggerColorBehavior.Disabled;
        });
        logging.Services.Configure<JsonConsoleFormatterOptions>(x =>
        {
            x.TimestampFormat = Utc;
            x.UseUtcTimestamp = true;
        });
        logging.AddConsole();

        // Standard output holds the result of a verb, standard error the log. Where standard error is not read, lines
        // are dropped, and their number is logged: logging never blocks the work.
        logging.Services.Configure<ConsoleLoggerOptions>(x =>
        {
            // Without a name the console ignores the options of its formatters.
            x.FormatterName ??= ConsoleFormatterNames.Simple;
            x.LogToStandardErrorThreshold = LogLevel.Trace;
            x.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite;
        });
    }
}
