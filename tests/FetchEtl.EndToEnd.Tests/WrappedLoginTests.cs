using System.Text.Json;
using FetchEtl.Masking;
using FetchEtl.Service;
using FetchEtl.Testing;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>Logins that arrive through SNS, EventBridge and S3: from the queue to the row, and by a redrive.</summary>
[Trait("Category", "Slow")]
public sealed class WrappedLoginTests
{
    [Fact]
    public async Task Wrapped_logins_become_rows_and_a_redriven_dead_letter_keeps_its_identity()
    {
        await using var s3 = await TestS3.StartAsync();
        await using var estate = await Estate.CreateAsync();
        estate.KeepUserIds();
        estate.Settings["Sqs__Unwrap"] = "Auto";
        estate.Settings["Sqs__PayloadBuckets__0"] = "payloads";
        estate.Settings["Sqs__DeletePayloads"] = "true";
        estate.Settings["AWS_ENDPOINT_URL_S3"] = s3.Url.ToString();
        s3.Put("payloads/1", Login("in-s3"));
        s3.Put("payloads/2", Login("in-s3-by-sns"));
        s3.Put("elsewhere/canary-key", Login("elsewhere"));
        string[] bodies =
        [
            Login("plain"), Wrappers.Sns(Login("sns")), Wrappers.Event(Login("event")),
            Wrappers.Sns(Wrappers.Event(Login("both"))), Wrappers.InS3("payloads", "1"),
            Wrappers.Sns(Wrappers.InS3ByOldClient("payloads", "2")), Wrappers.Sns("""{"foo":"canary-value"}"""),
            Wrappers.Confirmation(),
        ];
        foreach (var body in bodies)
        {
            await estate.Client.SendMessageAsync(estate.QueueUrl, body);
        }

        var foreign = await estate.Client.SendMessageAsync(
            estate.QueueUrl, Wrappers.InS3("elsewhere", "canary-key"));
        await using var drain = await estate.RunAsync("drain");

        Assert.True(drain.ExitCode == 0, drain.Errors);
        Assert.DoesNotContain("canary", drain.Errors + drain.Output);
        Assert.Equal(["both", "event", "in-s3", "in-s3-by-sns", "plain", "sns"], await UsersAsync(estate));
        Assert.Equal(["elsewhere/canary-key"], s3.Objects.Keys);
        Assert.Equal(
            [
                "body: is a request of SNS to confirm a subscription, not a notification",
                "body: is an S3 pointer to a bucket that is not allowed",
                "user_id: is missing; app_version: is missing; device_type: is missing; ip: is missing; "
                    + "device_id: is missing",
            ],
            await ReasonsAsync(estate));

        // The bucket is allowed now, so the login in it becomes the row of its first sending.
        estate.Settings["Sqs__PayloadBuckets__1"] = "elsewhere";
        await using var redrive = await estate.RunAsync("dead", "redrive", "--reason", "body.bad_pointer");
        Assert.True(redrive.ExitCode == 0, redrive.Errors);
        await estate.DrainAsync();

        Assert.Equal(7, await estate.RowsAsync());
        var key = new MessageIdKey(new MaskingOptions { Keys = { estate.Settings["Masking__Keys__0"] } });
        Assert.Equal(
            key.Of(Guid.Parse(foreign.MessageId)),
            await estate.QueryAsync<Guid>("SELECT message_id FROM user_logins WHERE user_id = 'elsewhere'"));
        Assert.Empty(s3.Objects);
        Assert.Equal(2, (await QueueDepth.ReadAsync(
            estate.Client, estate.DeadLetterUrl, CancellationToken.None)).Total);
    }

    private static Task<List<string>> UsersAsync(Estate estate) => estate.QueryAllAsync(
        "SELECT user_id FROM user_logins ORDER BY user_id COLLATE \"C\"", row => row.GetString(0));

    private static async Task<IEnumerable<string>> ReasonsAsync(Estate estate)
    {
        await using var list = await estate.RunAsync("dead", "list", "--json");
        using var document = JsonDocument.Parse(list.Output);
        return [.. document.RootElement.GetProperty("groups").EnumerateArray()
            .Select(x => x.GetProperty("reason").GetString()!).Order(StringComparer.Ordinal)];
    }

    private static string Login(string user) => $$"""
        {"user_id":"{{user}}","app_version":"1.2.3","device_type":"ios","ip":"198.51.100.23","locale":null,
        "device_id":"d"}
        """;
}
