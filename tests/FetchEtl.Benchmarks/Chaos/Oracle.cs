using System.Collections;
using Amazon.SQS.Model;
using FetchEtl.Sqs;
using Npgsql;

namespace FetchEtl.Benchmarks;

/// <summary>
/// Reads the table and the dead-letter queue and holds them against what was sent, message by message: by the number in a row's
/// user_id and by the id that SQS gave the message.
/// </summary>
internal sealed class Oracle(ChaosEstate estate, CanaryLogins logins, LoginProducer producer, CanaryWatch canaries)
{
    private readonly BitArray _settled = new(producer.Sent);
    private long _rows;
    private long _deadLetters;
    private long _repeatedDeadLetters;
    private long _doubled;
    private long _wrongRows;
    private long _wrongDeadLetters;

    /// <summary>The queue must be at rest.</summary>
    public async Task<Outcome> JudgeAsync(CancellationToken cancellationToken)
    {
        await ReadTableAsync(cancellationToken);
        await ReadDeadLettersAsync(cancellationToken);
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
        };
    }

    private async Task ReadTableAsync(CancellationToken cancellationToken)
    {
        await using var command = estate.Command(
            "SELECT user_id, device_type, masked_ip, masked_device_id, locale, app_version, message_id, (to_jsonb(l) - 'user_id')::text FROM user_logins l");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            canaries.Look("table", reader.GetString(7));
            var row = new LoginRow(
                Text(reader, 0)!, Text(reader, 1)!, Text(reader, 2)!, Text(reader, 3)!, Text(reader, 4), reader.GetInt32(5));
            Judge(row, await reader.IsDBNullAsync(6, cancellationToken) ? null : reader.GetGuid(6));
        }
    }

    private void Judge(LoginRow row, Guid? messageId)
    {
        _rows++;
        if (CanaryLogins.Number(row.UserId) is not { } number || producer.NumberOf(messageId) != number || logins[number].Row != row)
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

    private async Task ReadDeadLettersAsync(CancellationToken cancellationToken)
    {
        // An hour: long enough that no letter appears twice.
        while (await estate.Client.ReceiveAsync(estate.DeadLetterUrl, 3600, cancellationToken: cancellationToken) is { Count: > 0 } batch)
        {
            foreach (var letter in batch)
            {
                Judge(letter);
            }
        }
    }

    private void Judge(Message letter)
    {
        foreach (var (name, attribute) in letter.MessageAttributes ?? [])
        {
            canaries.Look("dead-letter attributes", name);
            canaries.Look("dead-letter attributes", attribute.StringValue);
        }

        var id = letter.MessageAttributes?.TryGetValue(DeadLetterAttributes.OriginalMessageId, out var original) == true
            && Guid.TryParse(original.StringValue, out var parsed)
            ? parsed
            : (Guid?)null;
        if (producer.NumberOf(id) is not { } number
            || logins[number] is not { Row: null } login
            || letter.Body != login.Body)
        {
            _wrongDeadLetters++;
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

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
