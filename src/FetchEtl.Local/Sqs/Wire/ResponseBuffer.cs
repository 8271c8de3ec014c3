using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace FetchEtl.Local;

/// <summary>
/// Buffers a response so that its length is known, because some clients reject chunked ones. Each thread has one
/// buffer, so nothing awaits while using it.
/// </summary>
internal static class ResponseBuffer
{
    /// <summary>A larger buffer is not kept for the next response.</summary>
    private const int KeptBytes = 1024 * 1024;

    private static readonly JsonWriterOptions Options = new() { Encoder = ApiJson.Encoder, SkipValidation = true };

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _ofThread;

    /// <summary>Writes JSON and hands the bytes to <paramref name="use"/>, which must not keep them.</summary>
    public static void Write<TState>(
        Action<Utf8JsonWriter> write, Action<ReadOnlyMemory<byte>, TState> use, TState state)
    {
        var bytes = _ofThread ??= new();
        try
        {
            using (var json = new Utf8JsonWriter(bytes, Options))
            {
                write(json);
            }

            use(bytes.WrittenMemory, state);
        }
        finally
        {
            bytes.ResetWrittenCount();
            if (bytes.Capacity > KeptBytes)
            {
                _ofThread = null;
            }
        }
    }

    public static void Send(HttpResponse response, string contentType, ReadOnlyMemory<byte> body)
    {
        response.ContentType = contentType;
        response.ContentLength = body.Length;
        body.Span.CopyTo(response.BodyWriter.GetSpan(body.Length));
        response.BodyWriter.Advance(body.Length);
    }
}
