using System.Net.Sockets;
using System.Text;
using Amazon.Runtime;
using FetchEtl.Local;
using FetchEtl.Logins;
using FetchEtl.Masking;
using FetchEtl.Migrations;
using FetchEtl.Sqs;
using MassTransit;
using Microsoft.Extensions.Options;
using Npgsql;

namespace FetchEtl.Service;

/// <summary>The errors that a user can fix, as lines to read. Any other error is a bug and shows its stack.</summary>
internal static class ErrorText
{
    public static IReadOnlyList<string>? Of(Exception exception) => exception switch
    {
        UsageException usage => usage.Problems,
        OptionsValidationException options => [.. options.Failures],
        MaskingRefusedException masking => masking.Problems,
        AggregateException aggregate when aggregate.InnerExceptions.All(x => Of(x) is not null) =>
            [.. aggregate.InnerExceptions.SelectMany(x => Of(x)!)],

        InvalidOperationException { Source: "Microsoft.Extensions.Configuration.Binder" } =>
            [Setting(exception.Message)],
        ConfigurationException { InnerException: { } inner } => Of(inner),
        InvalidDataException or DecoderFallbackException =>
            [exception.InnerException is { } inner ? $"{exception.Message} {inner.Message}" : exception.Message],
        SqsSettingsException or LocalPostgresException or MessageRefusedException or ConnectionException =>
            [exception.Message],
        AmazonServiceException or AmazonClientException or HttpRequestException or TimeoutException =>
            [SqsErrors.Describe(exception)],
        LoginMigrationException => [exception.Message],

        // A migration that stops gives its own reason.
        PostgresException { SqlState: PostgresErrorCodes.RaiseException } refusal =>
            [refusal.MessageText, refusal.Hint ?? string.Empty],
        PostgresException postgres =>
            [Database($"{DatabaseFaults.Classify(postgres).Reason} (SQLSTATE {postgres.SqlState})")],
        InvalidOperationException { InnerException: NpgsqlException inner } => Of(inner),
        NpgsqlException { InnerException: SocketException socket } => [Database(socket.Message)],
        NpgsqlException => [Database(exception.Message)],
        IOException or UnauthorizedAccessException => [exception.Message],
        _ => null,
    };

    private static string Database(string problem) =>
        $"PostgreSQL at ConnectionStrings:Logins cannot be used: {problem}. 'fetch-etl migrate' creates its table.";

    /// <summary>
    /// The binder names the key and the value that does not fit; for an unknown key it names an option of its own.
    /// </summary>
    private static string Setting(string message) =>
        message.Contains("ErrorOnUnknownConfiguration", StringComparison.Ordinal)
            ? $"There is no such setting: {message[(message.LastIndexOf(':') + 1)..].Trim()}. "
                + "docs/configuration.md lists the settings of each section."
            : message;
}
