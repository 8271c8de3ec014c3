using System.Text.Json;
using Amazon.SQS.Model;
using FetchEtl.Local;
using FetchEtl.Sqs;
using FetchEtl.Testing;

namespace FetchEtl.EndToEnd.Tests;

public sealed class ChallengeTests
{
    [ChallengeFact]
    public async Task The_hundred_messages_become_ninety_nine_rows_and_one_dead_letter_that_names_the_missing_fields()
    {
        await using var estate = await Estate.CreateAsync();
        await using var send = await estate.RunAsync("send", "--file", ChallengeFile.Location);
        Assert.True(send.ExitCode == 0, send.Errors);

        var summary = await estate.DrainAsync();

        Assert.Equal(99, summary.GetProperty("written").GetInt64());
        Assert.Equal(1, summary.GetProperty("deadLettered").GetInt64());
        Assert.Equal(99, await estate.QueryAsync<long>("SELECT count(*) FROM user_logins"));
        Assert.Equal(29, await estate.QueryAsync<long>("SELECT count(*) FROM user_logins WHERE locale IS NULL"));
        Assert.Equal(99, await estate.QueryAsync<long>("SELECT count(DISTINCT masked_ip) FROM user_logins"));

        var letter = Assert.Single(await estate.PeekAsync(estate.DeadLetterUrl));
        var reason = letter.MessageAttributes[DeadLetterAttributes.Reason].StringValue;
        foreach (var field in new[] { "user_id", "app_version", "device_type", "ip", "device_id" })
        {
            Assert.Contains($"{field}: ", reason);
        }

        Assert.DoesNotContain("locale", reason);
        Assert.Empty(await estate.PeekAsync(estate.QueueUrl));
    }

    [ChallengeFact]
    public async Task Over_Query_alone_the_hundred_messages_become_ninety_nine_rows_and_one_dead_letter()
    {
        await using var estate = await Estate.CreateAsync(LocalSqsProtocols.Query);
        await using var send = await estate.RunAsync("send", "--file", ChallengeFile.Location);
        Assert.True(send.ExitCode == 0, send.Errors);

        var summary = await estate.DrainAsync();

        Assert.Equal(99, summary.GetProperty("written").GetInt64());
        Assert.Equal(1, summary.GetProperty("deadLettered").GetInt64());
        Assert.Equal(99, await estate.QueryAsync<long>("SELECT count(*) FROM user_logins"));
        Assert.Single(await estate.PeekAsync(estate.DeadLetterUrl));
        Assert.Empty(await estate.PeekAsync(estate.QueueUrl));
    }

    [ChallengeFact]
    public async Task No_raw_ip_device_id_or_user_id_reaches_the_table_the_logs_or_the_attributes()
    {
        await using var estate = await Estate.CreateAsync();
        estate.Settings["Logging__LogLevel__Default"] = "Trace";
        estate.Settings["Logging__LogLevel__MassTransit"] = "Trace";
        estate.Settings["Logging__LogLevel__Microsoft"] = "Trace";
        await using var send = await estate.RunAsync("send", "--file", ChallengeFile.Location);
        await using var drain = await estate.RunAsync("drain");
        Assert.True(drain.ExitCode == 0, drain.Errors);

        var letter = Assert.Single(await estate.PeekAsync(estate.DeadLetterUrl));
        var sinks = new Dictionary<string, string>
        {
            ["log"] = send.Output + send.Errors + drain.Output + drain.Errors,
            ["attributes"] = string.Concat(letter.MessageAttributes.Values.Select(x => x.StringValue)),
            ["table"] = await estate.QueryAsync<string>(
                "SELECT string_agg(to_jsonb(l)::text, ' ') FROM user_logins l"),
        };

        Assert.True(drain.Errors.Length > 1000, "The log is too short for a log at trace level.");
        foreach (var line in File.ReadLines(ChallengeFile.Location))
        {
            var login = JsonSerializer.Deserialize<JsonElement>(line);
            foreach (var field in new[] { "ip", "device_id", "user_id" })
            {
                if (!login.TryGetProperty(field, out var value))
                {
                    continue;
                }

                foreach (var (sink, text) in sinks)
                {
                    Assert.False(
                        text.Contains(value.GetString()!, StringComparison.Ordinal),
                        $"A raw {field} stands in the {sink}.");
                }
            }
        }
    }

    [ChallengeFact]
    public async Task Draining_a_queue_refilled_with_the_same_message_ids_adds_no_row()
    {
        await using var estate = await Estate.CreateAsync();
        await using var send = await estate.RunAsync("send", "--file", ChallengeFile.Location);
        var messages = await estate.PeekAsync(estate.QueueUrl);
        Assert.Equal(100, messages.Count);
        await estate.DrainAsync();

        foreach (var batch in messages.Chunk(10))
        {
            var again = batch.Select((x, index) => new SendMessageBatchRequestEntry($"{index}", x.Body)
            {
                MessageAttributes = ForgedIdentityTests.Sign(estate, x),
            });
            var result = await estate.Client.SendMessageBatchAsync(estate.QueueUrl, [.. again]);
            Assert.Empty(result.Failed ?? []);
        }

        var summary = await estate.DrainAsync();

        Assert.Equal(100, summary.GetProperty("received").GetInt64());
        Assert.Equal(0, summary.GetProperty("written").GetInt64());
        Assert.Equal(99, summary.GetProperty("duplicates").GetInt64());
        Assert.Equal(99, await estate.QueryAsync<long>("SELECT count(*) FROM user_logins"));
    }
}
