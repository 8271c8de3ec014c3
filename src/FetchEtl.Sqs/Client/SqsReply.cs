using System.Buffers;
using System.Net;

namespace FetchEtl.Sqs;

/// <summary>A reply, read to its end into a rented buffer that goes back on <see cref="Dispose"/>.</summary>
internal sealed class SqsReply : IDisposable
{
    private byte[] _buffer;
    private int _length;

    private SqsReply(HttpResponseMessage response, byte[] buffer)
    {
        StatusCode = response.StatusCode;
        Date = response.Headers.Date;
        RequestId = response.Headers.NonValidated.TryGetValues("x-amzn-RequestId", out var id) ? id.ToString() : null;
        _buffer = buffer;
    }

    public HttpStatusCode StatusCode { get; }

    public bool IsSuccess => (int)StatusCode is >= 200 and < 300;

    public DateTimeOffset? Date { get; }

    public string? RequestId { get; }

    public ReadOnlyMemory<byte> Content => _buffer.AsMemory(0, _length);

    public static async Task<SqsReply> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var expected = (int)Math.Min(response.Content.Headers.ContentLength ?? 16 * 1024, Array.MaxLength - 1);

        // One byte more than expected, so that the read which finds the end needs no larger buffer.
        var reply = new SqsReply(response, ArrayPool<byte>.Shared.Rent(expected + 1));
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            while (await stream.ReadAsync(reply._buffer.AsMemory(reply._length), cancellationToken) is var read and > 0)
            {
                reply._length += read;
                if (reply._length == reply._buffer.Length)
                {
                    reply.Grow();
                }
            }

            return reply;
        }
        catch
        {
            reply.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _length = 0;
    }

    private void Grow()
    {
        var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
        _buffer.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
