using System.Net;
using System.Text;

namespace FetchEtl.Local.Tests;

/// <summary>
/// Requests of web pages: a page of another site must not use the server through the browser of this machine.
/// </summary>
public sealed class LocalCallersTests
{
    [Theory]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "http://127.0.0.1.evil.example")]
    [InlineData("Origin", "http://192.168.0.7:4566")]
    [InlineData("Origin", "null")]
    [InlineData("Host", "rebound.evil.example:4566")]
    [InlineData("Host", "192.168.0.7")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    public async Task A_request_of_a_foreign_page_is_refused_with_the_reason_and_has_no_effect(
        string header, string value)
    {
        await using var local = await LocalQueue.StartAsync();
        await local.Queue.SendAsync("kept");

        foreach (var json in (bool[])[true, false])
        {
            using var response = await PurgeAsync(local, header, value, json);
            var body = await response.Content.ReadAsStringAsync();

            Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
            Assert.Contains(json ? "AccessDeniedException" : "<Code>AccessDenied</Code>", body);
            Assert.Contains(header == "Host" ? "The Host header names another" : "web page of another site", body);
            Assert.Contains("localhost", body, StringComparison.Ordinal);
            Assert.DoesNotContain("evil", body, StringComparison.Ordinal);
        }

        Assert.Equal((1, 0, 0), await local.Queue.CountAsync());
    }

    [Theory]
    [InlineData("Origin", "http://localhost:3000")]
    [InlineData("Origin", "http://[::1]:8080")]
    [InlineData("Host", "localhost:4566")]
    [InlineData("Host", "sqs.us-east-1.localhost")]
    [InlineData("Host", "127.1.2.3:4566")]
    [InlineData("Host", "[::1]:4566")]
    [InlineData("Sec-Fetch-Site", "none")]
    public async Task A_request_of_this_machine_is_served(string header, string value)
    {
        await using var local = await LocalQueue.StartAsync();
        await local.Queue.SendAsync("purged");

        using var response = await PurgeAsync(local, header, value, json: false);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal((0, 0, 0), await local.Queue.CountAsync());
    }

    /// <summary>What a page can send without asking the server first: its content type is text/plain.</summary>
    private static async Task<HttpResponseMessage> PurgeAsync(LocalQueue local, string header, string value, bool json)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, local.Server.ServiceUrl);
        request.Content = new StringContent(
            json ? $$"""{"QueueUrl":"{{local.Queue.Name}}"}""" : $"Action=PurgeQueue&QueueUrl={local.Queue.Name}",
            Encoding.ASCII,
            "text/plain");
        request.Headers.TryAddWithoutValidation(header, value);
        if (json)
        {
            request.Headers.Add("X-Amz-Target", "AmazonSQS.PurgeQueue");
        }

        return await http.SendAsync(request);
    }
}
