using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Amazon.SQS.Model;
using FetchEtl.Masking;
using FetchEtl.Sqs;

namespace FetchEtl.Service;

/// <summary>Shows one dead letter, masked.</summary>
internal static class DeadShowCommand
{
    private static readonly DeadArguments Arguments = new();

    private static readonly Argument<string[]> Id = new("id")
    {
        Description = "The letter's own message id, or the original one.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly string[] Ours =
    [
        DeadLetterAttributes.Reason, DeadLetterAttributes.Source, DeadLetterAttributes.OriginalMessageId,
        DeadLetterAttributes.OriginalSentTimestamp,
    ];

    public static Command Create() => Verb.Create(
        "show",
        "Shows all of one dead letter that may be shown: masks of personal fields, kinds and sizes of all else.",
        RunAsync,
        Id, Arguments.Json, Arguments.Force).WithOneValue().WithExamples(
            "fetch-etl dead show 6f9619ff-8b86-d011-b42d-00c04fc964ff");

    private static async Task<int> RunAsync(ParseResult parsed, string[] settings, CancellationToken cancellationToken)
    {
        if (parsed.Values(Id) is not [var id])
        {
            throw new UsageException("show needs one id: 'fetch-etl dead list --ids' prints them.");
        }

        using var host = DeadHost.Create(settings, needsKeys: true, cancellationToken);
        var masker = PiiMaskers.Create(host.Masking);
        var queue = (await host.FindQueueAsync(cancellationToken)).RefusePolicy(parsed.GetValue(Arguments.Force));
        var filter = new LetterFilter { Ids = LetterFilter.IdsOf([id]) };
        var now = host.Time.GetUtcNow();
        var (found, total) = ((ShowJson?)null, 0L);
        var end = await LetterProgressBar.RunAsync(queue, parsed.GetValue(Arguments.Json), seen =>
            new LetterPass(host.Calls, queue, host.Redrive).RunAsync(
                letters =>
                {
                    var letter = letters.FirstOrDefault(x => filter.Matches(x.Letter, now));
                    found = letter.Message is null ? null : Describe(letter, host, masker, now);
                    return Task.FromResult(found is null);
                },
                static () => Task.CompletedTask,
                count =>
                {
                    total += count;
                    seen(count);
                },
                cancellationToken));
        if (found is null)
        {
            PassReport.Write(end, queue, total);
            return end.Ending == PassEnding.Stopped ? Verb.Interrupted : throw new UsageException(
                $"no letter of {queue.Name} has this id; {Words.Number(total)} were read.");
        }

        if (parsed.GetValue(Arguments.Json))
        {
            Console.WriteLine(JsonSerializer.Serialize(found, DeadJson.Default.ShowJson));
        }
        else
        {
            Write(found);
        }

        return Verb.Succeeded;
    }

    private static ShowJson Describe(ReceivedLetter received, DeadHost host, IPiiMasker masker, DateTimeOffset now)
    {
        var (letter, message) = received;
        return new ShowJson(
            new LetterReport(now).ToJson(letter),
            host.Redrive.Read(message).SentTime,
            IsIdentityProved: !letter.IsClaimIgnored,
            message.Attributes?.ContainsKey("MessageGroupId") == true,
            [.. (message.MessageAttributes ?? []).Where(x => !Ours.Contains(x.Key)).Select(x => Describe(x.Value))],
            MaskedBody.Read(message.Body, host.Settings.Unwrap, masker));
    }

    /// <summary>A type may have a label of the producer's own, as in <c>String.mail</c>.</summary>
    private static AttributeJson Describe(MessageAttributeValue value) => new(
        value.DataType?.Split('.')[0] is "String" or "Number" or "Binary" ? value.DataType.Split('.')[0] : "unknown",
        System.Text.Encoding.UTF8.GetByteCount(value.StringValue ?? string.Empty) + (value.BinaryValue?.Length ?? 0));

    private static void Write(ShowJson shown)
    {
        var letter = shown.Letter;
        Line("id", letter.Id);
        Line("original id", shown.IsIdentityProved
            ? letter.OriginalId
            : $"{letter.OriginalId} (its own: the identity that it claims is proved by no key)");
        Line("first sent", shown.OriginalSentAt.ToString("u", CultureInfo.InvariantCulture));
        Line("age", LetterReport.AgeText(letter.AgeSeconds is { } age ? TimeSpan.FromSeconds(age) : null));
        Line("brought by", letter.Origin switch
        {
            "service" => "the service",
            "sqs" => "SQS, by a redrive policy",
            _ => "somebody else",
        });
        Line("reason", letter.Reason);
        Line("receives", $"{letter.ReceiveCount}");
        Line("redriven", $"{letter.Redrives}");
        Line("message group", shown.HasMessageGroup ? "yes" : "no");
        Line("attributes", shown.Attributes.Count == 0
            ? "none of the producer"
            : string.Join(", ", shown.Attributes.Select(x => $"{x.Type} of {x.Bytes} bytes")));
        var kind = string.Join(" around ", [.. shown.Body.Wrappers ?? [], shown.Body.Kind]);
        Line("body", $"{Words.Number(shown.Body.Bytes)} bytes, {kind}");
        if (shown.Body.Problem is { } problem)
        {
            Line("  not unwrapped", problem);
        }

        foreach (var field in shown.Body.Fields)
        {
            Line($"  {field.Name}", field.Mask is null ? field.Kind : $"{field.Mask} ({field.Kind})");
        }

        if (shown.Body.UnknownKeys.Count > 0)
        {
            var kinds = string.Join(", ", shown.Body.UnknownKeys.Take(20));
            Line("  unknown keys", $"{shown.Body.UnknownKeys.Count}: {kinds}");
        }

        static void Line(string name, string value) => Console.WriteLine($"{name,-15} {value}");
    }
}
