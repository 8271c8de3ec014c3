using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace FetchEtl.Service;

/// <summary>
/// What ends <c>run</c> or <c>drain</c>, as lines of its log where the log is JSON: a log platform reads no other
/// lines.
/// </summary>
internal static class FailureLog
{
    private const string Console = "Logging:Console";

    /// <summary>Writes the failure, unless the log is not JSON.</summary>
    /// <param name="failure">What ended the verb.</param>
    /// <param name="settings">The settings on the command line.</param>
    /// <param name="server">Gives host and port of PostgreSQL, or null, where an error needs them.</param>
    /// <returns>False where the log is not JSON.</returns>
    public static bool TryWrite(Exception failure, string[] settings, Func<string?> server)
    {
        if (ReadJsonConsole(settings) is not { } console)
        {
            return false;
        }

        // The receive endpoint has logged why it cannot start (1104).
        if (failure is not ConnectionException)
        {
            var problems = ErrorText.Of(failure, server);
            Write(console, logger =>
            {
                foreach (var problem in problems ?? [])
                {
                    Log.Ends(logger, problem);
                }

                if (problems is null)
                {
                    Log.Failed(logger, failure);
                }
            });
        }

        return true;
    }

    /// <summary>Writes why a drain left messages, unless the log is not JSON.</summary>
    /// <param name="ending">The lines; at least one.</param>
    /// <param name="settings">The settings on the command line.</param>
    /// <returns>False where the log is not JSON.</returns>
    public static bool TryWrite(IReadOnlyList<string> ending, string[] settings)
    {
        if (ReadJsonConsole(settings) is not { } console)
        {
            return false;
        }

        Write(console, logger => Log.DrainEnds(logger, string.Join(' ', ending)));
        return true;
    }

    /// <summary>Whether the log is JSON.</summary>
    /// <param name="settings">The settings on the command line.</param>
    public static bool IsJson(string[] settings) => ReadJsonConsole(settings) is not null;

    private static void Write(IReadOnlyDictionary<string, string?> console, Action<ILogger> write)
    {
        ILoggerFactory loggers;
        try
        {
            loggers = Create(console);
        }
        catch (InvalidOperationException)
        {
            // A setting of the log itself can be the failure.
            loggers = Create(new Dictionary<string, string?>
            {
                [nameof(ConsoleLoggerOptions.FormatterName)] = ConsoleFormatterNames.Json,
            });
        }

        // Disposal writes what is queued.
        using (loggers)
        {
            write(loggers.CreateLogger(typeof(FailureLog).FullName!));
        }
    }

    private static ILoggerFactory Create(IReadOnlyDictionary<string, string?> console) => LoggerFactory.Create(
        logging => logging
            .AddConfiguration(new ConfigurationBuilder().AddInMemoryCollection(
                console.Select(x => KeyValuePair.Create($"{nameof(Console)}:{x.Key}", x.Value))).Build())
            .AddConsoleLog(isTerminal: false, Environment.GetEnvironmentVariable));

    /// <summary>Null where the log is not JSON.</summary>
    private static Dictionary<string, string?>? ReadJsonConsole(string[] settings)
    {
        var console = ReadConsole(settings);
        var format = console.GetValueOrDefault(nameof(ConsoleLoggerOptions.FormatterName));
        return ConsoleFormatterNames.Json.Equals(format, StringComparison.OrdinalIgnoreCase) ? console : null;
    }

    private static Dictionary<string, string?> ReadConsole(string[] settings)
    {
        IConfiguration configuration;
        try
        {
            configuration = ServiceHost.Configure(new ConfigurationBuilder(), settings).Build();
        }
        catch (Exception exception) when (exception is InvalidDataException or FormatException)
        {
            // A file or an argument that cannot be read is the failure.
            configuration = new ConfigurationBuilder().AddEnvironmentVariables().Build();
        }

        return configuration.GetSection(Console).AsEnumerable(makePathsRelative: true)
            .Where(x => x.Value is not null)
            .ToDictionary(StringComparer.OrdinalIgnoreCase);
    }
}
