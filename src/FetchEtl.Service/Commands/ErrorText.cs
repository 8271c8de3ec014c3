using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Amazon.Runtime;
using FetchEtl.Local;
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
    private const string CheckEndpoint =
        "Check Sqs:ServiceUrl, or without one the region, and the network or proxy on the way.";

    /// <param name="exception">What a verb threw.</param>
    /// <param name="server">Gives host and port of PostgreSQL, or null, where an error needs them.</param>
    /// <returns>The lines; null for an error that a user cannot fix.</returns>
    public static IReadOnlyList<string>? Of(Exception exception, Func<string?>? server = null) => exception switch
    {
        UsageException usage => usage.Problems,
        OptionsValidationException options => [.. options.Failures],
        MaskingRefusedException masking => masking.Problems,
        AggregateException aggregate when aggregate.InnerExceptions.All(x => Of(x, server) is not null) =>
            [.. aggregate.InnerExceptions.SelectMany(x => Of(x, server)!).Distinct()],

        // The SDK's answer to a profile of SSO whose session has no valid token.
        _ when SqsErrors.IsProfileFailure(exception) => [SqsErrors.Describe(exception)],
        InvalidOperationException when Key().IsMatch(exception.Message) =>
            [$"{Key().Match(exception.Message).Groups["key"].Value} has a value of another form than its setting."],
        InvalidOperationException { Source: "Microsoft.Extensions.Logging.Configuration" } =>
            [$"Logging:LogLevel has an unknown level: the levels are {string.Join(", ", Enum.GetNames<LogLevel>())}."],
        ConfigurationException { InnerException: { } inner } => Of(inner, server),
        InvalidDataException unreadable => [Unreadable(unreadable)],
        DecoderFallbackException => [exception.Message],
        SqsSettingsException => [$"Sqs: {exception.Message}"],
        LocalPostgresException or MessageRefusedException or ConnectionException =>
            [exception.Message],
        HttpRequestException or TimeoutException => [$"{SqsErrors.Describe(exception)}. {CheckEndpoint}"],
        AmazonServiceException or AmazonClientException => [SqsErrors.Describe(exception)],
        LoginMigrationException => [exception.Message],

        // A migration that stops gives its own reason.
        PostgresException { SqlState: PostgresErrorCodes.RaiseException } refusal =>
            [refusal.MessageText, refusal.Hint ?? string.Empty],
        PostgresException { ConstraintName: PartitionConversion.Refusal } =>
        [
            "user_logins is being partitioned, and its rows are neither changed nor deleted meanwhile. Finish that by "
                + "'fetch-etl migrate --partition-by month' or day, or give it up by '--partition-by none'.",
        ],
        InvalidOperationException { InnerException: NpgsqlException inner } => Of(inner, server),
        NpgsqlException => [Database(server, exception)],
        IOException or UnauthorizedAccessException => [exception.Message],
        _ => null,
    };

    private static string Database(Func<string?>? server, Exception exception)
    {
        var place = server?.Invoke() is { } known ? $"ConnectionStrings:Logins ({known})" : "ConnectionStrings:Logins";
        var (found, remedy) = DatabaseTrouble.Describe(exception);
        return $"PostgreSQL at {place} cannot be used: {found}. {char.ToUpperInvariant(remedy[0])}{remedy[1..]}.";
    }

    /// <summary>
    /// A file of settings that cannot be read. The parser quotes what it met, which may be a secret; where it stood is
    /// enough.
    /// </summary>
    private static string Unreadable(InvalidDataException unreadable)
    {
        for (var cause = unreadable.InnerException; cause is not null; cause = cause.InnerException)
        {
            if (cause is JsonException { LineNumber: { } line } json)
            {
                return $"{unreadable.Message} It is not JSON at line {line + 1}, byte {json.BytePositionInLine + 1}.";
            }
        }

        return unreadable.InnerException is { } inner ? $"{unreadable.Message} {inner.Message}" : unreadable.Message;
    }

    /// <summary>
    /// The key in a message of the configuration binder, which also quotes the value. Only .NET's own sections, such
    /// as Logging, are still bound by it.
    /// </summary>
    [GeneratedRegex(@"at '(?<key>[^']+)' to type '", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Key();
}
