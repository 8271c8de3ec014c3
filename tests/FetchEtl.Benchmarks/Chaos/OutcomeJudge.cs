using System.Collections;

namespace FetchEtl.Benchmarks;

/// <summary>
/// Compares rows and dead letters with the messages that were sent. A row's message id identifies its message, and a
/// dead letter's original MessageId. All values must then be those of that message, the masks included.
/// </summary>
/// <param name="logins">The messages by number.</param>
/// <param name="count">How many were sent. Their numbers are 0 to below this.</param>
/// <param name="sent">Knows their ids.</param>
/// <param name="firstDate">The date, in UTC, when the first message was sent.</param>
/// <param name="lastDate">The date, in UTC, when the last message was sent, or a later one.</param>
internal sealed class OutcomeJudge(
    CanaryLogins logins, int count, SentMessages sent, DateOnly firstDate, DateOnly lastDate)
{
    private readonly BitArray _settled = new(count);
    private long _rows;
    private long _deadLetters;
    private long _repeatedDeadLetters;
    private long _doubled;
    private long _wrongRows;
    private long _wrongDeadLetters;
    private long _goodDeadLetters;
    private long _redrivenLogins;

    /// <summary>Judges a row.</summary>
    public void JudgeRow(LoginRow row, Guid? messageId, DateOnly? date)
    {
        _rows++;
        if (sent.NumberOfRow(messageId) is not { } number
            || logins[number].Row != row
            || date is null
            || date < firstDate
            || date > lastDate)
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

    /// <summary>Judges a dead letter that a worker sent.</summary>
    public void JudgeDeadLetter(string? body, string? originalMessageId)
    {
        var id = Guid.TryParse(originalMessageId, out var parsed) ? parsed : (Guid?)null;
        if (sent.NumberOf(id) is not { } number
            || logins[number] is not { Row: null } login
            || body != login.Body)
        {
            _wrongDeadLetters++;
            _goodDeadLetters += sent.NumberOf(id) is { } good && logins[good].Row is not null ? 1 : 0;
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

    /// <summary>
    /// Judges a message that SQS moved after too many receives. SQS gives it no attributes, and it keeps its MessageId.
    /// </summary>
    public void JudgeRedriven(string messageId)
    {
        if (sent.NumberOf(Guid.Parse(messageId)) is not { } number)
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

    /// <summary>Counts the results, after all rows and dead letters were judged.</summary>
    public Outcome ToOutcome()
    {
        var valid = Enumerable.Range(0, count).Count(number => logins[number].Row is not null);
        return new Outcome
        {
            Valid = valid,
            Invalid = count - valid,
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
}
