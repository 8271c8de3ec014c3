using System.Collections;
using Amazon.SQS.Model;
using FetchEtl.Sqs;
using Npgsql;

namespace FetchEtl.Benchmarks;

/// <summary>
/// Compares the table and the dead-letter queue with the messages that were sent. The number in the user_id and the
/// MessageId identify the message of a row.
/// </summary>
/// <param name="estate">The table and the queues.</param>
/// <param name="logins">The messages that were sent.</param>
/// <param name="producer">Knows the MessageIds.</param>
/// <param name="canaries">Searches the table and the dead letters.</param>
/// <param name="firstDate">The date, in UTC, when the first message was sent.</param>
internal sealed class Oracle(
    ChaosEstate estate, CanaryLogins logins, LoginProducer producer, CanaryWatch canaries, DateOnly firstDate)
{
    private readonly BitArray _settled = new(producer.Sent);
    private long _rows;
    private long _deadLetters;
    private long _repeatedDeadLetters;
    private long _doubled;
    private long _wrongRows;
    private long _wrongDeadLetters;
    private long _goodDeadLetters;
    private long _redrivenLogins;

    /// <summary>Counts the results. All workers must have exited.</summary>
    public async Task<Outcome> JudgeAsync(CancellationToken cancellationToken)
    {
        await ReadTableAsync(cancellationToken);
        await ReadLettersAsync(estate.DeadLetterUrl, Judge, cancellationToken);
        await ReadLettersAsync(estate.RedriveUrl, JudgeRedriven, cancellationToken);
        var valid = Enumerable.Range(0, producer.Sent).Count(number => logins[number].Row is not null);
        return new Outcome
        {
            Valid = valid,
            Invalid = producer.Sent - valid,
            Rows = _rows,
            DeadLetters = _deadLetters,
            RepeatedDeadLetters = _repeatedDeadLetters,
            Lost = _settled.Cast<bool>().LongCount(settled => !settled),
            Doubled = _doubled,
            WrongRows = _wrongRows,
            WrongDeadLetters = _wrongDeadLetters,
            GoodDeadLetters = _goodDeadLetters,
            RedrivenLogins = _redrivenLogins,
        };
    }

    private async Task ReadTableAsync(CancellationToken cancellationToken)
    {
        await using var command = estate.Command(
            """
            SELECT user_id, device_type, masked_ip, masked_device_id, locale, app_version, message_id,
                (to_jsonb(l) - 'user_id')::text, create_date
            FROM user_logins l
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            canaries.Look("table", reader.GetString(7));
            var row = new LoginRow(
                Text(reader, 0)!,
                Text(reader, 1)!,
                Text(reader, 2)!,
                Text(reader, 3)!,
                Text(reader, 4),
                reader.GetInt32(5));
            Judge(
                row,
                await reader.IsDBNullAsync(6, cancellationToken) ? null : reader.GetGuid(6),
                reader.GetFieldValue<DateOnly>(8));
        }
    }

    private void Judge(LoginRow row, Guid? messageId, DateOnly date)
    {
        _rows++;
        if (CanaryLogins.Number(row.UserId) is not { } number
            || producer.NumberOf(messageId) != number
            || logins[number].Row != row
            || date < firstDate
            || date > DateOnly.FromDateTime(DateTime.UtcNow))
        {
            _wrongRows++;
        }
        else if (_settled[number])
        {
            _doubled++;
        }
        else
        {
            _settled[number] = true;
        }
    }

    private async Task ReadLettersAsync(string queueUrl, Action<Message> judge, CancellationToken cancellationToken)
    {
        while (await ReceiveAsync() is { Count: > 0 } batch)
        {
            foreach (var letter in batch)
            {
                judge(letter);
            }
        }

        // Hidden for an hour, so that no dead letter is received twice.
        Task<List<Message>> ReceiveAsync() => estate.Client.ReceiveAsync(
            queueUrl, visibilitySeconds: 3600, cancellationToken: cancellationToken);
    }

    private void Judge(Message letter)
    {
        foreach (var (name, attribute) in letter.MessageAttributes ?? [])
        {
            canaries.Look("dead-letter attributes", name);
            canaries.Look("dead-letter attributes", attribute.StringValue);
        }

        MessageAttributeValue? original = null;
        _ = letter.MessageAttributes?.TryGetValue(DeadLetterAttributes.OriginalMessageId, out original);
        var id = Guid.TryParse(original?.StringValue, out var parsed) ? parsed : (Guid?)null;
        if (producer.NumberOf(id) is not { } number
            || logins[number] is not { Row: null } login
            || letter.Body != login.Body)
        {
            _wrongDeadLetters++;
            _goodDeadLetters += producer.NumberOf(id) is { } good && logins[good].Row is not null ? 1 : 0;
        }
        else if (_settled[number])
        {
            _repeatedDeadLetters++;
        }
        else
        {
            _deadLetters++;
            _settled[number] = true;
        }
    }

    /// <summary>SQS gives a moved message no attributes, and it keeps its MessageId.</summary>
    private void JudgeRedriven(Message letter)
    {
        if (producer.NumberOf(Guid.Parse(letter.MessageId)) is not { } number)
        {
            _wrongDeadLetters++;
        }
        else if (logins[number].Row is not null)
        {
            _redrivenLogins++;
        }
        else
        {
            // An invalid message is not lost there, although it has no reason.
            _settled[number] = true;
        }
    }

    private static string? Text(NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetString(column);
}
