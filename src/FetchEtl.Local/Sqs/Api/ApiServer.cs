using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace FetchEtl.Local;

/// <summary>Handles each HTTP request: reads it by its protocol, runs the operation and writes the response.</summary>
internal sealed class ApiServer(
    QueueStore store, LocalSqsProtocols protocols, FaultInjector injector, CallCounter calls)
    : IHttpApplication<HttpContext>
{
    private readonly JsonWire _json = new();
    private readonly QueryWire _query = new();

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
        // The context holds nothing beyond the request.
    }

    public async Task ProcessRequestAsync(HttpContext context)
    {
        var wire = WireOf(context.Request);
        try
        {
            LocalCallers.ThrowIfForeign(context.Request);
            var body = await ReadAsync(context.Request.BodyReader, context.RequestAborted);
            var call = await BeginAsync(context, wire, body);
            if (call.Faults is { LosesReply: true })
            {
                await ((Task)call.Running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                context.Abort();
                return;
            }

            wire.WriteOutput(context.Response, call.Operation, await call.Running);
        }
        catch (ApiException e)
        {
            Reject(e);
        }
        catch (Exception e) when (e is not BadHttpRequestException && !context.RequestAborted.IsCancellationRequested)
        {
            // A defect of this server. The exception's text can quote the body, so it is not sent.
            Reject(ApiError.InternalFailure.With(
                "The request processing has failed because of an unknown error, exception or failure."));
        }

        void Reject(ApiException error)
        {
            context.Response.StatusCode = error.Error.Status;
            wire.WriteError(context.Response, error);
        }
    }

    private async ValueTask<RunningCall> BeginAsync(HttpContext context, IWire wire, ReadOnlySequence<byte> body)
    {
        try
        {
            var (name, input) = wire.Read(context.Request, body);
            var operation = ApiOperations.Find(name);
            calls.Count(operation.Name);
            var faults = injector.Draw(operation.Name, input);
            if (faults is not null)
            {
                await faults.DelayOrRejectAsync(store.Time, context.RequestAborted);
            }

            return new(operation, faults, operation.InvokeAsync(new ApiCall(store, context, faults), input));
        }
        finally
        {
            // The operation has read its input by now, even if it still waits for a message.
            context.Request.BodyReader.AdvanceTo(body.End);
        }
    }

    private static async ValueTask<ReadOnlySequence<byte>> ReadAsync(PipeReader reader, CancellationToken cancellation)
    {
        while (true)
        {
            var read = await reader.ReadAsync(cancellation);
            if (read.IsCompleted)
            {
                return read.Buffer;
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private IWire WireOf(HttpRequest request)
    {
        var speaksJson = protocols.HasFlag(LocalSqsProtocols.Json);
        var speaksQuery = protocols.HasFlag(LocalSqsProtocols.Query);
        return speaksJson && (JsonWire.Recognizes(request) || !speaksQuery) ? _json : _query;
    }

    /// <param name="Operation">The operation.</param>
    /// <param name="Faults">The faults of the call, or null.</param>
    /// <param name="Running">Completes with a function that writes the output.</param>
    private readonly record struct RunningCall(
        ApiOperation Operation, CallFaults? Faults, Task<Action<Utf8JsonWriter>> Running);
}
