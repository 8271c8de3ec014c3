using FetchEtl.Benchmarks;
using FetchEtl.Masking;
using FetchEtl.Testing;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>Shows that the judge of <c>chaos</c> finds each fault of a table and of the dead letters.</summary>
public sealed class OutcomeJudgeTests
{
    private const int Count = 200;

    private static readonly DateOnly Day = new(2026, 11, 27);
    private static readonly KeyedPiiMasker Masker = new(new MaskingOptions { Keys = { TestKeys.First } });
    private static readonly CanaryLogins Logins = new(seed: 1, Masker);
    private static readonly int[] Valid = [.. Enumerable.Range(0, Count).Where(x => Logins[x].Row is not null)];
    private static readonly int[] Invalid = [.. Enumerable.Range(0, Count).Except(Valid)];
    private static readonly LoginRow First = Logins[Valid[0]].Row!;

    private static readonly Dictionary<string, Func<LoginRow, LoginRow>> Wrong = new()
    {
        ["raw user id"] = row => row with { MaskedUserId = $"{Canaries.UserId}{Valid[0]:00000000}" },
        ["another user"] = row => row with { MaskedUserId = Logins[Valid[1]].Row!.MaskedUserId },
        ["no user"] = row => row with { MaskedUserId = null! },
        ["another device type"] = row => row with { DeviceType = "other" },
        ["another ip"] = row => row with { MaskedIp = Mask(PiiField.Ip) },
        ["another device"] = row => row with { MaskedDeviceId = Mask(PiiField.DeviceId) },
        ["another locale"] = row => row with { Locale = "XX" },
        ["another version"] = row => row with { AppVersion = row.AppVersion + 1 },
    };

    private readonly SentMessages _sent = new(Masker.MessageIds);
    private readonly Guid[] _ids = [.. Enumerable.Range(0, Count).Select(_ => Guid.NewGuid())];
    private readonly OutcomeJudge _judge;

    public OutcomeJudgeTests()
    {
        foreach (var (number, id) in _ids.Index())
        {
            _sent.Add(id, number);
        }

        _judge = new OutcomeJudge(Logins, Count, _sent, Day, Day.AddDays(1));
    }

    public static TheoryData<string> WrongValues => [.. Wrong.Keys];

    [Fact]
    public void Rows_and_dead_letters_of_every_message_are_right()
    {
        JudgeAll();

        AssertOnly(new Faults());
        var outcome = _judge.ToOutcome();
        Assert.Equal((Valid.Length, Invalid.Length), (outcome.Valid, outcome.Invalid));
        Assert.Equal((Valid.Length, Invalid.Length), (outcome.Rows, outcome.DeadLetters));
        Assert.NotEmpty(Invalid);
    }

    [Fact]
    public void A_lost_row_and_a_lost_dead_letter_are_found()
    {
        JudgeAll(exceptRow: Valid[0], exceptLetter: Invalid[0]);

        AssertOnly(new Faults(Lost: 2));
    }

    [Fact]
    public void A_doubled_row_is_found()
    {
        JudgeAll();
        _judge.JudgeRow(First, Stored(Valid[0]), Day.AddDays(1));

        AssertOnly(new Faults(Doubled: 1));
    }

    [Theory]
    [MemberData(nameof(WrongValues))]
    public void A_row_with_one_wrong_value_is_found(string value)
    {
        JudgeAll(exceptRow: Valid[0]);
        _judge.JudgeRow(Wrong[value](First), Stored(Valid[0]), Day);

        AssertOnly(new Faults(Lost: 1, WrongRows: 1));
    }

    [Fact]
    public void A_row_without_the_keyed_id_of_its_message_is_found()
    {
        JudgeAll(exceptRow: Valid[0]);
        Guid?[] wrong = [_ids[Valid[0]], Stored(Valid[1]), Stored(Invalid[0]), Guid.NewGuid(), null];
        foreach (var id in wrong)
        {
            _judge.JudgeRow(First, id, Day);
        }

        AssertOnly(new Faults(Lost: 1, WrongRows: wrong.Length));
    }

    [Fact]
    public void A_row_with_a_date_on_which_nothing_was_sent_is_found()
    {
        JudgeAll(exceptRow: Valid[0]);
        DateOnly?[] wrong = [Day.AddDays(-1), Day.AddDays(2), null];
        foreach (var date in wrong)
        {
            _judge.JudgeRow(First, Stored(Valid[0]), date);
        }

        AssertOnly(new Faults(Lost: 1, WrongRows: wrong.Length));
    }

    [Fact]
    public void A_dead_letter_of_a_login_or_of_no_message_or_with_another_body_is_found()
    {
        JudgeAll(exceptLetter: Invalid[0]);
        var body = Logins[Invalid[0]].Body;
        _judge.JudgeDeadLetter(Logins[Valid[0]].Body, $"{_ids[Valid[0]]}");
        _judge.JudgeDeadLetter(body, $"{Stored(Invalid[0])}");
        _judge.JudgeDeadLetter(body, originalMessageId: null);
        _judge.JudgeDeadLetter($"{body} ", $"{_ids[Invalid[0]]}");

        AssertOnly(new Faults(Lost: 1, WrongDeadLetters: 4, GoodDeadLetters: 1));
    }

    [Fact]
    public void A_message_that_SQS_moved_is_a_broken_promise_only_where_it_is_a_login()
    {
        JudgeAll(exceptLetter: Invalid[0]);
        _judge.JudgeRedriven($"{_ids[Invalid[0]]}");
        _judge.JudgeRedriven($"{_ids[Valid[0]]}");
        _judge.JudgeRedriven($"{Guid.NewGuid()}");

        AssertOnly(new Faults(WrongDeadLetters: 1, RedrivenLogins: 1));
    }

    private static string Mask(PiiField field) => Masker.Mask(field, new PersonalText("another"))!;

    private static Guid Stored(Guid id) => Masker.MessageIds.Of(id);

    private Guid Stored(int number) => Stored(_ids[number]);

    private void JudgeAll(int? exceptRow = null, int? exceptLetter = null)
    {
        foreach (var number in Valid.Where(x => x != exceptRow))
        {
            _judge.JudgeRow(Logins[number].Row!, Stored(number), Day);
        }

        foreach (var number in Invalid.Where(x => x != exceptLetter))
        {
            _judge.JudgeDeadLetter(Logins[number].Body, $"{_ids[number]}");
        }
    }

    private void AssertOnly(Faults expected)
    {
        var outcome = _judge.ToOutcome();
        Assert.Equal(
            expected,
            new Faults(
                outcome.Lost,
                outcome.Doubled,
                outcome.WrongRows,
                outcome.WrongDeadLetters,
                outcome.GoodDeadLetters,
                outcome.RedrivenLogins));
    }

    private sealed record Faults(
        long Lost = 0,
        long Doubled = 0,
        long WrongRows = 0,
        long WrongDeadLetters = 0,
        long GoodDeadLetters = 0,
        long RedrivenLogins = 0);
}
