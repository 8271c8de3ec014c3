using System.Net.Sockets;
using System.Text;
using Amazon.Runtime;
using FetchEtl.Local;
using FetchEtl.Logins;
using FetchEtl.Sqs;
using MassTransit;
using Microsoft.Extensions.Options;
using Npgsql;

namespace FetchEtl.Service;

/// <summary>The errors that a user can do something about, as lines to read. Anything else is a bug and shows its stack.</summary>
internal static class ErrorText
{
    public static IReadOnlyList<string>? Of(Exception exception) => exception switch
    {
        UsageException usage => usage.Problems,
        OptionsValidationException options => [.. options.Failures],
        MaskingRefusedException masking => masking.Problems,
        AggregateException aggregate when aggregate.InnerExceptions.All(x => Of(x) is not null) =>
            [.. aggregate.InnerExceptions.SelectMany(x => Of(x)!)],

        InvalidOperationException { Source: "Microsoft.Extensions.Configuration.Binder" } => [Setting(exception.Message)],
        ConfigurationException { InnerException: { } inner } => Of(inner),
        InvalidDataException or DecoderFallbackException => [exception.InnerException is { } inner ? $"{exception.Message} {inner.Message}" : exception.Message],
        SqsSettingsException or LocalPostgresException or MessageRefusedException or ConnectionException => [exception.Message],
        AmazonServiceException or AmazonClientException or HttpRequestException or TimeoutException => [SqsErrors.Describe(exception)!],

        // A migration that refuses says why in its own words.
        PostgresException { SqlState: PostgresErrorCodes.RaiseException } refusal => [refusal.MessageText, refusal.Hint ?? string.Empty],
        PostgresException postgres => [Database($"{DatabaseFaults.Classify(postgres).Reason} (SQLSTATE {postgres.SqlState})")],
        InvalidOperationException { InnerException: NpgsqlException inner } => Of(inner),
        NpgsqlException { InnerException: SocketException socket } => [Database(socket.Message)],
        NpgsqlException => [Database(exception.Message)],
        IOException or UnauthorizedAccessException => [exception.Message],
        _ => null,
    };

    private static string Database(string problem) =>
        $"PostgreSQL at ConnectionStrings:Logins cannot be used: {problem}. Its table is made by 'fetch-etl migrate'.";

    /// <summary>The binder's words name the key and the value that does not fit, but speak of its own options for an unknown key.</summary>
    private static string Setting(string message) =>
        message.Contains("ErrorOnUnknownConfiguration", StringComparison.Ordinal)
            ? $"There is no such setting: {message[(message.LastIndexOf(':') + 1)..].Trim()}. README lists the settings of each section."
            : message;
}
