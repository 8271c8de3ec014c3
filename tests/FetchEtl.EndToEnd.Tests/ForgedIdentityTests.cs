using System.Security.Cryptography;
using System.Text;
using Amazon.SQS.Model;
using FetchEtl.Benchmarks;
using FetchEtl.Masking;
using FetchEtl.Sqs;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>
/// Messages with the attributes of a dead letter: forged ones, and those of a letter that is repaired and redriven.
/// </summary>
public sealed class ForgedIdentityTests
{
    private const string Repaired = """
        {"user_id":"u","app_version":"1.2.3","device_type":"ios","ip":"192.0.2.1","locale":null,"device_id":"d"}
        """;

    [Fact]
    public async Task Two_messages_that_claim_one_identity_are_two_rows_of_today()
    {
        await using var estate = await Estate.CreateAsync();
        var forged = new Dictionary<string, MessageAttributeValue>
        {
            [DeadLetterAttributes.Source] = SqsCalls.Text("{}"),
            [DeadLetterAttributes.OriginalMessageId] = SqsCalls.Text($"{Guid.NewGuid()}"),
            [DeadLetterAttributes.OriginalSentTimestamp] = SqsCalls.Text("253402300799999"),
        };
        await estate.Client.SendAsync(estate.QueueUrl, [Repaired, Repaired], forged);

        var summary = await estate.DrainAsync();

        Assert.Equal(2, summary.GetProperty("written").GetInt64());
        Assert.Equal(2, await estate.QueryAsync<long>(
            "SELECT count(*) FROM user_logins WHERE abs(create_date - (now() AT TIME ZONE 'UTC')::date) <= 1"));
    }

    [Fact]
    public async Task A_dead_letter_that_is_repaired_and_redriven_twice_after_a_rotation_is_one_row_under_its_first_id()
    {
        await using var estate = await Estate.CreateAsync();
        var sent = await estate.Client.SendMessageAsync(estate.QueueUrl, "{}");
        await estate.DrainAsync();
        var letter = Assert.Single(await estate.PeekAsync(estate.DeadLetterUrl));
        estate.Settings["Masking__Keys__1"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        await estate.Client.SendAsync(estate.QueueUrl, [Repaired, Repaired], letter.MessageAttributes);

        var summary = await estate.DrainAsync();

        Assert.Equal(1, summary.GetProperty("written").GetInt64());
        Assert.Equal(1, summary.GetProperty("duplicates").GetInt64());
        var key = new MessageIdKey(new MaskingOptions { Keys = { estate.Settings["Masking__Keys__0"] } });
        Assert.Equal(
            key.Of(Guid.Parse(sent.MessageId)), await estate.QueryAsync<Guid>("SELECT message_id FROM user_logins"));
    }

    /// <summary>The attributes of a dead letter of the estate, by the documented recipe.</summary>
    internal static Dictionary<string, MessageAttributeValue> Sign(Estate estate, Message message)
    {
        var key = HKDF.DeriveKey(
            HashAlgorithmName.SHA256,
            Convert.FromBase64String(estate.Settings["Masking__Keys__0"]),
            outputLength: 32,
            info: "fetchetl/mask/v1/message-identity"u8.ToArray());
        var milliseconds = message.Attributes["SentTimestamp"];
        var identity = Encoding.UTF8.GetBytes($"login-queue\n{message.MessageId}\n{milliseconds}");
        var mac = Convert.ToHexStringLower(HMACSHA256.HashData(key, identity));
        return new Dictionary<string, MessageAttributeValue>
        {
            [DeadLetterAttributes.Source] = SqsCalls.Text($$"""{"mac":"1:{{mac}}"}"""),
            [DeadLetterAttributes.OriginalMessageId] = SqsCalls.Text(message.MessageId),
            [DeadLetterAttributes.OriginalSentTimestamp] = SqsCalls.Text(milliseconds),
        };
    }
}
