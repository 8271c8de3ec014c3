using System.Text.Json;
using FetchEtl.Testing;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>
/// One <c>run</c> with a status page, whose log is JSON, and which has moved 200 valid logins, one of them twice, and
/// dead letters of two rules.
/// </summary>
public sealed class StatusPageEstate : IAsyncLifetime
{
    /// <summary>How many logins were sent that are valid.</summary>
    internal const int Valid = 200;

    internal Estate Estate { get; private set; } = null!;

    internal FetchEtlProcess Run { get; private set; } = null!;

    internal string Url { get; private set; } = string.Empty;

    internal HttpClient Http { get; } = new();

    public async Task InitializeAsync()
    {
        Estate = await Estate.CreateAsync();
        Estate.Settings["Service__Urls"] = "http://127.0.0.1:0";
        Estate.Settings["Logging__Console__FormatterName"] = "json";
        await Estate.SendAsync(Valid, seed: 1);
        foreach (var body in new[] { "{", "{}", "{}" })
        {
            await Estate.Client.SendMessageAsync(Estate.QueueUrl, body);
        }

        Run = Estate.Start("run");
        var line = await Run.WaitForLineAsync(line => line.Contains("\"EventId\":3090", StringComparison.Ordinal));
        Url = JsonSerializer.Deserialize<JsonElement>(line).GetProperty("State").GetProperty("Addresses").GetString()!;
        await Estate.UntilAsync(async () =>
            await Estate.RowsAsync() == Valid && (await Estate.DepthAsync()).Total == 0);
    }

    public async Task DisposeAsync()
    {
        Http.Dispose();
        await Run.DisposeAsync();
        await Estate.DisposeAsync();
    }
}
