using System.Net.Sockets;
using FetchEtl.Local;
using FetchEtl.Service.Sending;
using FetchEtl.Sqs;
using MassTransit;
using Microsoft.Extensions.Options;
using Npgsql;

namespace FetchEtl.Service.Commands;

/// <summary>The errors that a user can do something about, as lines to read. Anything else is a bug and shows its stack.</summary>
internal static class ErrorText
{
    public static IReadOnlyList<string>? Of(Exception exception) => exception switch
    {
        OptionsValidationException options => [.. options.Failures],
        AggregateException aggregate when aggregate.InnerExceptions.All(x => Of(x) is not null) =>
            [.. aggregate.InnerExceptions.SelectMany(x => Of(x)!)],

        // The configuration binder's own words name the key and the value that does not fit.
        InvalidOperationException { Source: "Microsoft.Extensions.Configuration.Binder" } => [exception.Message],
        SqsException or SqsSettingsException or LocalPostgresException or MessageRefusedException or ConnectionException => [exception.Message],

        // A migration that refuses says why in its own words.
        PostgresException { SqlState: PostgresErrorCodes.RaiseException } refusal => [refusal.MessageText, refusal.Hint ?? string.Empty],
        PostgresException postgres => [Database($"it answered SQLSTATE {postgres.SqlState}")],
        InvalidOperationException { InnerException: NpgsqlException inner } => Of(inner),
        NpgsqlException { InnerException: SocketException socket } => [Database(socket.Message)],
        NpgsqlException => [Database(exception.Message)],
        IOException or UnauthorizedAccessException => [exception.Message],
        _ => null,
    };

    private static string Database(string problem) =>
        $"PostgreSQL at ConnectionStrings:Logins cannot be used: {problem}. Check the host, the user and its grants, and run 'fetch-etl migrate' once.";
}
