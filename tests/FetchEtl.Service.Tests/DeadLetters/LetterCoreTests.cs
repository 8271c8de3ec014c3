using System.Text.Json;
using Amazon.SQS.Model;
using FetchEtl.Masking;
using FetchEtl.Sqs;
using FetchEtl.Testing;
using Spectre.Console;

namespace FetchEtl.Service.Tests;

/// <summary>The pure part: selecting, grouping, pacing, dividing into calls, masking.</summary>
public sealed class LetterCoreTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 27, 3, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("90m", 5400)]
    [InlineData("2h", 7200)]
    [InlineData("3d", 259200)]
    [InlineData("0s", 0)]
    [InlineData("2", null)]
    [InlineData("h", null)]
    [InlineData("-2h", null)]
    [InlineData("1.5h", null)]
    [InlineData("2 h", null)]
    [InlineData("9999999999d", null)]
    public void Ages_are_whole_numbers_with_a_unit(string text, int? seconds)
    {
        Assert.Equal(seconds is not null, LetterFilter.TryParseAge(text, out var age));
        Assert.Equal(seconds ?? 0, age.TotalSeconds);
    }

    [Fact]
    public void A_letter_matches_where_it_meets_every_condition()
    {
        var letter = Letter("7", hours: 5) with { ClaimedId = "c", Reason = new("ip: is missing", ["ip"]) };

        Assert.True(new LetterFilter().Matches(letter, Now));
        Assert.True(Filter("IS MISSING", 4, 6, "7").Matches(letter, Now));
        Assert.True(Filter(null, null, null, "C").Matches(letter, Now));
        Assert.False(Filter("user_id", 4, 6, "7").Matches(letter, Now));
        Assert.False(Filter(null, 6, null).Matches(letter, Now));
        Assert.False(Filter(null, null, 4).Matches(letter, Now));
        Assert.False(Filter(null, null, null, "8").Matches(letter, Now));
        Assert.False(Filter(null, 1, null).Matches(letter with { SentAt = null }, Now));
        Assert.False(Filter(null, null, 1).Matches(letter with { SentAt = null }, Now));
    }

    [Theory]
    [InlineData("app_version.not_version", "ip: is null; app_version: is not a version of one to three", true)]
    [InlineData("USER_ID.required", "user_id: is missing", true)]
    [InlineData("user_id.required", "xuser_id: is missing", false)]
    [InlineData("ip.required", "user_id: is missing", false)]
    [InlineData("body.not_json", "body: is not JSON, or nested deeper than 64 levels", true)]
    [InlineData("body.not_object", "body: is not JSON, or nested deeper than 64 levels", false)]
    [InlineData("row.rejected", "PostgreSQL rejected the row: SQLSTATE 22021 (character_not_in_repertoire)", true)]
    [InlineData("ip.none", "ip: is missing", false)]
    public void The_name_of_a_rule_selects_the_letters_that_broke_it(string rule, string reason, bool matches)
    {
        var letter = Letter("7") with { Reason = new(reason, []) };

        Assert.Equal(matches, new LetterFilter { Reason = rule }.Matches(letter, Now));
    }

    [Fact]
    public void What_would_cost_a_row_or_loop_stays_unless_somebody_insists()
    {
        var letter = Letter("1");
        (Letter Letter, LetterFate Fate, LetterFate Forced)[] cases =
        [
            (letter, LetterFate.Redrive, LetterFate.Redrive),
            (letter with { Redrives = 1 }, LetterFate.Redrive, LetterFate.Redrive),
            (letter with { Redrives = 2 }, LetterFate.ReturnedThrice, LetterFate.Redrive),
            (letter with { IsClaimIgnored = true }, LetterFate.Unproved, LetterFate.Redrive),
            (letter with { IsFromOtherQueue = true }, LetterFate.OtherQueue, LetterFate.OtherQueue),
        ];

        Assert.All(cases, x => Assert.Equal(x.Fate, new RedriveRules(new(), true, false).Decide(x.Letter, Now)));
        Assert.All(cases, x => Assert.Equal(x.Forced, new RedriveRules(new(), true, true).Decide(x.Letter, Now)));
        Assert.All(cases, x => Assert.Equal(
            x.Forced, new RedriveRules(Filter(null, null, null, "1"), true, false).Decide(x.Letter, Now)));
        Assert.Equal(LetterFate.Unmatched, new RedriveRules(Filter("x", null, null), true, true).Decide(letter, Now));

        var moved = letter with { Origin = DeadLetterOrigin.Sqs };
        Assert.Equal(LetterFate.NoKey, new RedriveRules(new(), false, false).Decide(moved, Now));
        Assert.Equal(LetterFate.Redrive, new RedriveRules(new(), true, false).Decide(moved, Now));
    }

    [Fact]
    public void A_pace_makes_up_for_no_pause()
    {
        var pace = new Pace(20);

        Assert.Equal((10, 2), (pace.MostTogether, new Pace(2).MostTogether));
        Assert.Equal(TimeSpan.Zero, pace.Take(10, TimeSpan.Zero));
        Assert.Equal(TimeSpan.FromSeconds(0.5), pace.Take(10, TimeSpan.Zero));
        Assert.Equal(TimeSpan.Zero, pace.Take(10, TimeSpan.FromSeconds(60)));
        Assert.Equal(TimeSpan.FromSeconds(0.5), pace.Take(10, TimeSpan.FromSeconds(60)));
        Assert.Equal(TimeSpan.Zero, new Pace(null).Take(10, TimeSpan.Zero));
    }

    [Fact]
    public void A_call_holds_ten_messages_one_MiB_and_on_a_FIFO_queue_one_of_each_group()
    {
        var letters = Enumerable.Range(0, 25).Select(i => Prepared(i, 100)).ToList();
        Assert.Equal([10, 10, 5], RedriveRounds.Split(letters, 10, isFifo: false).Select(x => x.Count));

        var large = Enumerable.Range(0, 4).Select(i => Prepared(i, 600_000)).ToList();
        Assert.Equal([1, 1, 1, 1], RedriveRounds.Split(large, 10, isFifo: false).Select(x => x.Count));

        var calls = RedriveRounds.Split(letters, 10, isFifo: true).ToList();
        Assert.All(calls, call => Assert.Equal(
            call.Count, call.Select(x => x.Redriven.Entry.MessageGroupId).Distinct().Count()));
        Assert.Equal(
            Enumerable.Range(0, 25).Where(i => i % 3 == 1).Select(i => $"{i}"),
            calls.SelectMany(x => x).Where(x => x.Redriven.Entry.MessageGroupId == "1")
                .Select(x => x.Redriven.Entry.MessageBody));
    }

    [Theory]
    [InlineData("user_id: is missing; app_version: is empty", "user_id,app_version")]
    [InlineData("app_version: is not a version of one to three numeric parts, at most 2146.999.999", "app_version")]
    [InlineData("body: is not JSON, or nested deeper than 64 levels", "body")]
    [InlineData("PostgreSQL rejected the row: SQLSTATE 22021 (character_not_in_repertoire)", "")]
    [InlineData("locale: is longer than 32 characters", "locale")]
    [InlineData("ip: is not a plain IP address, which Masking:Methods:ip needs; device_id: is not 6 or more digits " +
        "and separators, which Masking:Methods:device_id needs", "ip,device_id")]
    public void A_reason_of_the_service_is_shown_with_its_fields(string text, string fields)
    {
        var reason = LetterReason.Of(Claim(text));

        Assert.Equal((text, fields), (reason.Text, string.Join(',', reason.Fields)));
    }

    [Fact]
    public void Every_reason_of_the_table_in_the_docs_is_one_that_may_be_shown()
    {
        var rows = File.ReadLines(Path.Combine(RepositoryRoot.Folder, "docs", "dead-letters.md"))
            .SkipWhile(line => line != "### Rules and reasons")
            .TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => line.Split(" | "))
            .SelectMany(cells => cells[1].Split('`').Where((_, place) => place % 2 == 1).Select(reason =>
                cells[0].Contains("`body`", StringComparison.Ordinal) ? $"body: {reason}" : $"user_id: {reason}"))
            .ToList();

        Assert.NotEmpty(rows);
        Assert.All(rows, text => Assert.Equal(text, LetterReason.Of(Claim(text)).Text));
    }

    [Fact]
    public void Every_reason_of_a_body_that_is_not_unwrapped_is_shown_and_selected_by_its_rule()
    {
        var rows = File.ReadLines(Path.Combine(RepositoryRoot.Folder, "docs", "sources.md"))
            .SkipWhile(line => line != "### Rules and reasons")
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => line.Split('`').Where((_, place) => place % 2 == 1).ToList())
            .SelectMany(codes => codes.Skip(1).Select(reason => (Rule: $"body.{codes[0]}", Text: $"body: {reason}")))
            .ToList();

        Assert.NotEmpty(rows);
        Assert.All(rows, row => Assert.Equal(
            (row.Text, true), (LetterReason.Of(Claim(row.Text)).Text, ReasonRules.Breaks(row.Text, row.Rule))));
        Assert.DoesNotContain(rows, row => rows.Exists(other =>
            other.Rule != row.Rule && ReasonRules.Breaks(row.Text, other.Rule)));
        Assert.All(rows, row => Assert.True(ReasonRules.Breaks(row.Text, row.Rule.Split('.')[1])));
    }

    [Fact]
    public void Ids_and_reasons_can_be_read_on_80_columns()
    {
        var letters = Enumerable.Range(0, 2).Select(i => new Letter(
            Guid.NewGuid().ToString(), "original", LetterReason.MovedBySqs) { SentAt = Now.AddMinutes(-200 * i) });
        var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(text),
        });
        console.Profile.Width = 80;

        foreach (var part in new LetterReport(Now).Rows([.. letters]))
        {
            console.Write(part);
        }

        var lines = text.ToString().Split('\n');
        Assert.Contains(LetterReason.MovedBySqs.Text, lines.Select(line => line.TrimEnd()));
        Assert.Equal(2, lines.Count(line => line.Contains(" │ 0 s ", StringComparison.Ordinal)
            || line.Contains("3 h 20 min", StringComparison.Ordinal)));
        Assert.All(lines, line => Assert.InRange(line.TrimEnd().Length, 0, 80));
    }

    [Theory]
    [InlineData("203.0.113.77")]
    [InlineData("ip: is 203.0.113.77")]
    [InlineData("user_id: is missing; 203.0.113.77")]
    [InlineData("203.0.113.77; user_id: is missing")]
    [InlineData("locale: is longer than 203 characters")]
    [InlineData("user_id: is missing\n203.0.113.77")]
    public void A_reason_that_a_producer_wrote_is_not_shown(string text) =>
        Assert.Equal(LetterReason.Foreign, LetterReason.Of(Claim(text)));

    [Fact]
    public void A_body_shows_masks_kinds_and_sizes_and_no_value_and_no_unknown_key()
    {
        const string Secret = "203.0.113.77";
        const string Json = $$"""
            {"user_id":"{{Secret}}u","app_version":"{{Secret}}","device_type":null,"ip":"{{Secret}}",
            "locale":["{{Secret}}"],"device_id":{"{{Secret}}":"{{Secret}}"},"{{Secret}}":"{{Secret}}","x{{Secret}}":7}
            """;
        var masker = new Sha256PiiMasker(new MaskingOptions { Method = MaskingMethod.Sha256, AllowWeak = true });

        var body = MaskedBody.Read(Json, SqsUnwrap.None, masker);
        var shown = JsonSerializer.Serialize(body);

        Assert.DoesNotContain(Secret, shown);
        Assert.Equal(masker.Mask(PiiField.Ip, new PersonalText(Secret)), body.Fields.Single(x => x.Name == "ip").Mask);
        Assert.Equal(["a text of 12 characters", "a number"], body.UnknownKeys);
        Assert.Equal("an array of 1 items", body.Fields.Single(x => x.Name == "locale").Kind);
        Assert.Equal(
            "a message of MassTransit",
            MaskedBody.Read($$"""{"messageType":["m"],"message":{{Json}}}""", SqsUnwrap.None, masker).Kind);
        string[] broken = [Secret, $"\"{Secret}\"", $"[\"{Secret}\"]", "", """{"\ud800":"\ud800","ip":"\ud800"}"""];
        Assert.All(
            broken,
            text => Assert.DoesNotContain(
                Secret, JsonSerializer.Serialize(MaskedBody.Read(text, SqsUnwrap.None, masker))));
    }

    [Fact]
    public void Groups_count_letters_by_reason_with_their_ages_receives_and_redrives()
    {
        var groups = new LetterGroups();
        groups.Add(Letter("1", hours: 5));
        groups.Add(Letter("2", hours: 2) with { Redrives = 2, ReceiveCount = 9 });
        groups.Add(Letter("3") with { Reason = LetterReason.MovedBySqs });

        var (first, json) = (groups.All[0], new LetterReport(Now).ToJson(groups.All)[0]);

        Assert.Equal((2, 0, 9), (first.Count, first.LeastReceives, first.MostReceives));
        Assert.Equal((18_000, 7200), (json.OldestAgeSeconds, json.NewestAgeSeconds));
        Assert.Equal(new Dictionary<string, long> { ["0"] = 1, ["2"] = 1 }, json.ByRedrives);
        Assert.Equal("2 h", LetterReport.AgeText(Now - first.Newest));
    }

    private static DeadLetterClaim Claim(string reason) =>
        new("id", Now) { Origin = DeadLetterOrigin.Rider, Reason = reason };

    private static Letter Letter(string id, int hours = 1) =>
        new(id, $"original {id}", LetterReason.Unknown) { SentAt = Now.AddHours(-hours) };

    private static LetterFilter Filter(string? reason, int? older, int? newer, params string[] ids) => new()
    {
        Reason = reason,
        Ids = LetterFilter.IdsOf(ids),
        Older = older is { } o ? TimeSpan.FromHours(o) : null,
        Newer = newer is { } n ? TimeSpan.FromHours(n) : null,
    };

    private static PreparedLetter Prepared(int index, int bytes) => new(
        new ReceivedLetter(Letter($"{index}"), new Message()),
        new RedrivenMessage(
            new SendMessageBatchRequestEntry { MessageBody = $"{index}", MessageGroupId = $"{index % 3}" }, bytes, 0));
}
