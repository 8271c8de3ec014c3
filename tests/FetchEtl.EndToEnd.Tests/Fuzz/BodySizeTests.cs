using System.Text;
using FetchEtl.Sqs;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>The largest and the most deeply nested bodies that SQS accepts.</summary>
public sealed class BodySizeTests
{
    // SQS: 1 MiB a message, attributes included.
    private const int Limit = 1024 * 1024;

    private const string Login =
        """{"user_id":"large","app_version":"1.2.3","device_type":"ios","ip":"192.0.2.1","locale":null,"""
        + """ "device_id":"1","padding":"PAD"}""";

    [Fact]
    public async Task A_login_of_one_MiB_is_a_row()
    {
        var summary = await DrainAsync(Padded(Login, Limit));

        Assert.Equal((1, 0), summary);
    }

    [Fact]
    public async Task An_invalid_body_of_nearly_one_MiB_is_a_dead_letter()
    {
        var summary = await DrainAsync(
            Padded(Login.Replace("1.2.3", "latest", StringComparison.Ordinal), Limit - 2000));

        Assert.Equal((0, 1), summary);
    }

    [Theory]
    [InlineData(65)]
    [InlineData(1_000)]
    [InlineData(500_000)]
    public async Task A_body_nested_too_deep_is_a_dead_letter(int depth)
    {
        var summary = await DrainAsync(
            Login.Replace("\"PAD\"", new string('[', depth) + new string(']', depth), StringComparison.Ordinal));

        Assert.Equal((0, 1), summary);
    }

    private static string Padded(string login, int bytes) =>
        login.Replace("PAD", new string('x', bytes - Encoding.UTF8.GetByteCount(login) + 3), StringComparison.Ordinal);

    /// <summary>Sends a body, and counts rows and dead letters when the queue is empty.</summary>
    private static async Task<(int Rows, int DeadLetters)> DrainAsync(string body)
    {
        await using var estate = await Estate.CreateAsync();
        await estate.Client.SendMessageAsync(estate.QueueUrl, body);
        await using var fuzz = await FuzzHost.StartAsync(estate);
        await fuzz.WaitUntilSettledAsync(1);

        var letters = await fuzz.TakeDeadLettersAsync();
        Assert.All(letters, x => Assert.Equal(body, x.Body));
        Assert.All(
            letters,
            x => Assert.True(Reasons.IsKnown(x.MessageAttributes[DeadLetterAttributes.Reason].StringValue)));
        return ((await FuzzRows.TakeAsync(estate.ConnectionString)).Count, letters.Count);
    }
}
