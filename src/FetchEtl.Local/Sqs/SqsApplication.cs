using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace FetchEtl.Local;

/// <summary>The dispatcher: each request passes here, from its protocol to its operation and back.</summary>
internal sealed class SqsApplication(QueueStore store, LocalSqsProtocols protocols, FaultInjector injector, CallCounter calls)
    : IHttpApplication<HttpContext>
{
    private readonly JsonProtocol _json = new();
    private readonly QueryProtocol _query = new();

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
        // Nothing is held beyond the request.
    }

    public async Task ProcessRequestAsync(HttpContext context)
    {
        var protocol = ProtocolOf(context.Request);
        try
        {
            var body = await ReadAsync(context.Request.BodyReader, context.RequestAborted);
            var (operation, faults, running) = await BeginAsync(context, protocol, body);
            if (faults is { LosesReply: true })
            {
                await ((Task)running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                context.Abort();
                return;
            }

            protocol.WriteResult(context.Response, operation, await running);
        }
        catch (SqsException e)
        {
            Refuse(e);
        }
        catch (Exception e) when (e is not BadHttpRequestException && !context.RequestAborted.IsCancellationRequested)
        {
            // A fault of this server. Its text stays here: it may quote the body.
            Refuse(SqsError.InternalFailure.With(
                "The request processing has failed because of an unknown error, exception or failure."));
        }

        void Refuse(SqsException error)
        {
            context.Response.StatusCode = error.Error.Status;
            protocol.WriteError(context.Response, error);
        }
    }

    private async ValueTask<(SqsOperation Operation, CallFaults? Faults, Task<Action<Utf8JsonWriter>> Running)> BeginAsync(
        HttpContext context, ISqsProtocol protocol, ReadOnlySequence<byte> body)
    {
        try
        {
            var (name, request) = protocol.Read(context.Request, body);
            var operation = SqsOperations.Find(name);
            calls.Count(operation.Name);
            var faults = injector.Draw(operation.Name, request);
            if (faults is not null)
            {
                await faults.PrecedeAsync(store.Time, context.RequestAborted);
            }

            return (operation, faults, operation.InvokeAsync(new SqsCall(store, context, faults), request));
        }
        finally
        {
            // The request has been read by now, even if the operation still waits.
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

    private ISqsProtocol ProtocolOf(HttpRequest request)
    {
        var speaksJson = protocols.HasFlag(LocalSqsProtocols.Json);
        var speaksQuery = protocols.HasFlag(LocalSqsProtocols.Query);
        return speaksJson && (JsonProtocol.Recognizes(request) || !speaksQuery) ? _json : _query;
    }
}
