using System.Net;
using Amazon.Runtime;
using Amazon.SQS;
using Amazon.SQS.Model;
using FetchEtl.Testing;

namespace FetchEtl.Service.Tests;

/// <summary>What a send does when SQS refuses messages, in virtual time.</summary>
public sealed class MessageSenderTests
{
    private readonly SignalingTimeProvider _time = new();
    private readonly StubSqs _sqs = new();

    [Fact]
    public async Task Refused_entries_are_sent_again_until_they_are_accepted_and_the_others_are_not()
    {
        _sqs.Answer = (body, attempt) => int.Parse(body) % 3 == 0 && attempt < 5 ? "InternalError" : null;

        var result = await SendAsync(100);

        Assert.Equal((100, 0, null, null), (result.Sent, result.RefusedCount, result.Left, result.Problem));
        Assert.Equal(Enumerable.Range(1, 100).Select(x => $"{x}").Order(), _sqs.Accepted.Order());
        Assert.Equal(5, _sqs.Attempts["33"]);
    }

    [Fact]
    public async Task Entries_that_stay_refused_are_tried_ten_times_and_named_so_that_the_rest_can_be_sent()
    {
        _sqs.Answer = (body, _) => body is "13" or "17" ? "ServiceUnavailable" : null;
        var begun = _time.GetTimestamp();

        var result = await SendAsync(1000);

        Assert.Equal("SQS refuses messages (ServiceUnavailable)", result.Problem);
        Assert.Equal(CallRetries.MaxAttempts, _sqs.Attempts["13"]);
        Assert.InRange(_time.GetElapsedTime(begun), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(40));
        Assert.StartsWith("13,17", result.Left!.ToString());

        // The rest makes the whole, each message once.
        _sqs.Answer = (_, _) => null;
        await SendAsync(1000, result.Left);
        Assert.Equal(Enumerable.Range(1, 1000).Select(x => $"{x}").Order(), _sqs.Accepted.Order());
    }

    [Fact]
    public async Task A_message_that_SQS_never_accepts_is_named_and_the_others_are_sent()
    {
        _sqs.Answer = (body, _) => body == "42" ? "InvalidMessageContents" : null;

        var result = await SendAsync(60);

        Assert.Equal((59, null), (result.Sent, result.Left));
        Assert.Equal((42, "SQS rejects it (InvalidMessageContents)"), Assert.Single(result.Refused));
        Assert.Equal(1, _sqs.Attempts["42"]);
    }

    [Fact]
    public async Task A_message_that_makes_whole_calls_fail_is_found_and_named_and_the_others_are_sent()
    {
        _sqs.CallFailure = body => body == "42" ? "InvalidParameterValue" : null;

        var result = await SendAsync(60);

        Assert.Equal((59, null), (result.Sent, result.Left));
        Assert.Equal(42, Assert.Single(result.Refused).Number);
        Assert.Equal(59, _sqs.Accepted.Distinct().Count());
    }

    [Fact]
    public async Task A_call_that_is_denied_ends_the_send_at_once_with_all_lines_left()
    {
        _sqs.Failure =
            new AmazonSQSException("denied", ErrorType.Sender, "AccessDenied", "id", HttpStatusCode.Forbidden);

        var result = await SendAsync(100);

        Assert.Equal((0, "1-", "AccessDenied: denied"), (result.Sent, result.Left!.ToString(), result.Problem));
    }

    [Fact]
    public async Task A_stop_awaits_the_calls_that_run_and_names_the_rest()
    {
        using var stop = new CancellationTokenSource();
        _sqs.Answer = (_, _) =>
        {
            stop.Cancel();
            return null;
        };

        var result = await SendAsync(10_000, stop: stop.Token);

        Assert.Equal(_sqs.Accepted.Count, result.Sent);
        Assert.InRange(result.Sent, 1, 100);
        _sqs.Answer = (_, _) => null;
        await SendAsync(10_000, result.Left);
        Assert.Equal(Enumerable.Range(1, 10_000).Select(x => $"{x}").Order(), _sqs.Accepted.Order());
    }

    /// <summary>Sends, and moves the clock whenever the sender waits.</summary>
    private async Task<SendResult> SendAsync(int count, LineRanges? wanted = null, CancellationToken stop = default)
    {
        var lines = Enumerable.Range(1, count).Select(x => new MessageLine(x, $"{x}")).ToAsyncEnumerable();
        var sending = new MessageSender(_sqs, _time, new Random(1)).SendAsync(
            "http://localhost/queue", lines, wanted ?? LineRanges.All, static _ => { }, stop);
        while (await Task.WhenAny(sending, _time.WaitForTimersAsync()) != sending)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
        }

        return await sending;
    }

    /// <summary>Answers send calls as the test says.</summary>
    private sealed class StubSqs() : AmazonSQSClient(
        new BasicAWSCredentials("stub", "stub"), new AmazonSQSConfig { ServiceURL = "http://localhost:1" })
    {
        private readonly Lock _lock = new();

        /// <summary>The code that refuses a body at an attempt; null accepts it.</summary>
        public Func<string, int, string?> Answer { get; set; } = (_, _) => null;

        public Exception? Failure { get; set; }

        /// <summary>The code with which a call fails that holds a body.</summary>
        public Func<string, string?> CallFailure { get; set; } = _ => null;

        public Dictionary<string, int> Attempts { get; } = [];

        public List<string> Accepted { get; } = [];

        public override Task<SendMessageBatchResponse> SendMessageBatchAsync(
            SendMessageBatchRequest request, CancellationToken cancellationToken = default)
        {
            if (Failure is not null)
            {
                return Task.FromException<SendMessageBatchResponse>(Failure);
            }

            if (request.Entries.Select(entry => CallFailure(entry.MessageBody)).FirstOrDefault(x => x is not null)
                is { } problem)
            {
                return Task.FromException<SendMessageBatchResponse>(
                    new AmazonSQSException("invalid", ErrorType.Sender, problem, "id", HttpStatusCode.BadRequest));
            }

            lock (_lock)
            {
                var failed = new List<BatchResultErrorEntry>();
                foreach (var entry in request.Entries)
                {
                    var attempt = Attempts[entry.MessageBody] = Attempts.GetValueOrDefault(entry.MessageBody) + 1;
                    if (Answer(entry.MessageBody, attempt) is { } code)
                    {
                        failed.Add(new BatchResultErrorEntry
                        {
                            Id = entry.Id,
                            Code = code,
                            SenderFault = code == "InvalidMessageContents",
                        });
                    }
                    else
                    {
                        Accepted.Add(entry.MessageBody);
                    }
                }

                return Task.FromResult(new SendMessageBatchResponse { Failed = failed });
            }
        }
    }
}
