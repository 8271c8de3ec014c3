using Microsoft.AspNetCore.Http;

namespace FetchEtl.Service;

/// <summary>Sends the page's values once a second to each reader, as server-sent events.</summary>
internal sealed class EventStreams(StatusReader reader, TimeProvider time) : IDisposable
{
    /// <summary>How many readers are served at a time.</summary>
    public const int Limit = 16;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _ending = new();
    private int _open;

    /// <summary>Ends all streams, so that the server can stop.</summary>
    public void End() => _ending.Cancel();

    public void Dispose() => _ending.Dispose();

    /// <summary>Serves one reader until it leaves.</summary>
    public async Task ServeAsync(HttpContext context)
    {
        try
        {
            if (Interlocked.Increment(ref _open) > Limit)
            {
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                await context.Response.WriteAsync($"{Limit} pages are open, which is the limit: close one.");
                return;
            }

            using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _ending.Token);
            await SendAsync(context.Response, ending.Token);
        }
        catch (OperationCanceledException)
        {
            // The reader left, or the server stops.
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    private async Task SendAsync(HttpResponse response, CancellationToken ending)
    {
        response.ContentType = "text/event-stream";

        // nginx would hold the events back.
        response.Headers["X-Accel-Buffering"] = "no";
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            var view = await reader.ReadAsync();
            await response.WriteAsync($"data: {view.ToJson()}\n\n", ending);
            await response.Body.FlushAsync(ending);
        }
        while (await timer.WaitForNextTickAsync(ending));
    }
}
