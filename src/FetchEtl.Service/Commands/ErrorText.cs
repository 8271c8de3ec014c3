using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Amazon.Runtime;
using FetchEtl.Local;
using FetchEtl.Logins;
using FetchEtl.Masking;
using FetchEtl.Migrations;
using FetchEtl.Sqs;
using MassTransit;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace FetchEtl.Service;

/// <summary>
/// Turns the errors that a user can fix into lines to read. Any other error is a bug and shows its stack.
/// </summary>
internal static partial class ErrorText
{
    private const string CheckServer =
        " Check that it runs, and that ConnectionStrings:Logins names its host and port.";

    /// <returns>The lines; null for an error that a user cannot fix.</returns>
    public static IReadOnlyList<string>? Of(Exception exception) => exception switch
    {
        UsageException usage => usage.Problems,
        OptionsValidationException options => [.. options.Failures],
        MaskingRefusedException masking => masking.Problems,
        AggregateException aggregate when aggregate.InnerExceptions.All(x => Of(x) is not null) =>
            [.. aggregate.InnerExceptions.SelectMany(x => Of(x)!)],

        InvalidOperationException { Source: "Microsoft.Extensions.Configuration.Binder" } =>
            [Setting(exception.Message)],
        InvalidOperationException { Source: "Microsoft.Extensions.Logging.Configuration" } =>
            [$"Logging:LogLevel has an unknown level: the levels are {string.Join(", ", Enum.GetNames<LogLevel>())}."],
        ConfigurationException { InnerException: { } inner } => Of(inner),
        InvalidDataException or DecoderFallbackException =>
            [exception.InnerException is { } inner ? $"{exception.Message} {inner.Message}" : exception.Message],
        SqsSettingsException => [$"Sqs: {exception.Message}"],
        LocalPostgresException or MessageRefusedException or ConnectionException =>
            [exception.Message],
        AmazonServiceException or AmazonClientException or HttpRequestException or TimeoutException =>
            [SqsErrors.Describe(exception)],
        LoginMigrationException => [exception.Message],

        // A migration that stops gives its own reason.
        PostgresException { SqlState: PostgresErrorCodes.RaiseException } refusal =>
            [refusal.MessageText, refusal.Hint ?? string.Empty],
        PostgresException postgres =>
            [Database($"{DatabaseFaults.Classify(postgres).Reason} (SQLSTATE {postgres.SqlState})", Migrate(postgres))],
        InvalidOperationException { InnerException: NpgsqlException inner } => Of(inner),
        NpgsqlException { InnerException: SocketException socket } => [Database(socket.Message, CheckServer)],
        NpgsqlException => [Database(exception.Message, CheckServer)],
        IOException or UnauthorizedAccessException => [exception.Message],
        _ => null,
    };

    private static string Database(string problem, string remedy) =>
        $"PostgreSQL at ConnectionStrings:Logins cannot be used: {problem}.{remedy}";

    /// <summary>
    /// Names <c>migrate</c> where it is the remedy: the database, the table or a column does not exist.
    /// </summary>
    private static string Migrate(PostgresException exception) => exception.SqlState switch
    {
        PostgresErrorCodes.InvalidCatalogName => " 'fetch-etl migrate --create-database' creates it.",
        PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn =>
            " 'fetch-etl migrate' creates what is missing.",
        _ => string.Empty,
    };

    /// <summary>
    /// Rewrites a message of the configuration binder. The binder quotes a value that does not fit, which may be a
    /// misplaced secret. Of an unknown key it names only the last part.
    /// </summary>
    private static string Setting(string message)
    {
        if (UnknownKeys().Match(message) is { Success: true } unknown)
        {
            var section = unknown.Groups["section"].Value;
            var keys = unknown.Groups["keys"].Value.Split(", ").Select(key => $"{section}:{key.Trim('\'')}");
            return $"There is no such setting: {string.Join(", ", keys)}. "
                + $"docs/configuration.md lists the settings of {section}.";
        }

        var wrong = WrongType().Match(message);
        var form = wrong.Groups["type"].Value switch
        {
            "System.Int32" => "a whole number",
            "System.Boolean" => "true or false",
            "System.Uri" => "a URL",
            "FetchEtl.Sqs.SqsProtocol" => $"one of {string.Join(", ", Enum.GetNames<SqsProtocol>())}",
            _ => "of the type that docs/configuration.md names",
        };
        return $"{(wrong.Success ? wrong.Groups["key"].Value : "A setting")} must be {form}.";
    }

    [GeneratedRegex(
        @"not found on the instance of .*\.(?<section>\w+)Settings: (?<keys>.+)$",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex UnknownKeys();

    [GeneratedRegex(
        @"at '(?<key>[^']+)' to type '(?<type>[^']+)'\.?$",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex WrongType();
}
