using Amazon.SQS.Model;
using FetchEtl.Sqs;
using Npgsql;

namespace FetchEtl.Benchmarks;

/// <summary>Reads the table and the dead-letter queues, for a judge and for the search for canaries.</summary>
/// <param name="estate">The table and the queues.</param>
/// <param name="judge">Compares each row and dead letter with its message.</param>
/// <param name="canaries">Searches the table and the dead letters.</param>
internal sealed class Oracle(ChaosEstate estate, OutcomeJudge judge, CanaryWatch canaries)
{
    /// <summary>Counts the results. All workers must have exited.</summary>
    public async Task<Outcome> JudgeAsync(CancellationToken cancellationToken)
    {
        await ReadTableAsync(cancellationToken);
        await ReadLettersAsync(estate.DeadLetterUrl, JudgeDeadLetter, cancellationToken);
        await ReadLettersAsync(
            estate.RedriveUrl, letter => judge.JudgeRedriven(letter.MessageId), cancellationToken);
        return judge.ToOutcome();
    }

    private async Task ReadTableAsync(CancellationToken cancellationToken)
    {
        await using var command = estate.Command(
            """
            SELECT user_id, device_type, masked_ip, masked_device_id, locale, app_version, message_id,
                to_jsonb(l)::text, create_date
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
            judge.JudgeRow(row, Value<Guid>(reader, 6), Value<DateOnly>(reader, 8));
        }
    }

    private async Task ReadLettersAsync(string queueUrl, Action<Message> judgeOne, CancellationToken cancellationToken)
    {
        while (await ReceiveAsync() is { Count: > 0 } batch)
        {
            foreach (var letter in batch)
            {
                judgeOne(letter);
            }
        }

        // Hidden for an hour, so that no dead letter is received twice.
        Task<List<Message>> ReceiveAsync() => estate.Client.ReceiveAsync(
            queueUrl, visibilitySeconds: 3600, cancellationToken: cancellationToken);
    }

    private void JudgeDeadLetter(Message letter)
    {
        foreach (var (name, attribute) in letter.MessageAttributes ?? [])
        {
            canaries.Look("dead-letter attributes", name);
            canaries.Look("dead-letter attributes", attribute.StringValue);
        }

        MessageAttributeValue? original = null;
        _ = letter.MessageAttributes?.TryGetValue(DeadLetterAttributes.OriginalMessageId, out original);
        judge.JudgeDeadLetter(letter.Body, original?.StringValue);
    }

    private static string? Text(NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetString(column);

    private static T? Value<T>(NpgsqlDataReader reader, int column)
        where T : struct =>
        reader.IsDBNull(column) ? null : reader.GetFieldValue<T>(column);
}
