using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace FetchEtl.Local;

/// <summary>An operation: JSON in, JSON out, whatever the protocol on the wire made of it.</summary>
internal abstract class SqsOperation(string name)
{
    public string Name => name;

    /// <summary>False for the operations whose whole answer is that it was done.</summary>
    public abstract bool HasResult { get; }

    /// <summary>Reads the request before the first await, so that its memory need not outlive this call's start.</summary>
    /// <exception cref="SqsException">The request is refused.</exception>
    public abstract Task<Action<Utf8JsonWriter>> InvokeAsync(SqsCall call, ReadOnlySequence<byte> request);

    public static SqsOperation Of<TRequest, TResult>(
        string name,
        JsonTypeInfo<TRequest> request,
        JsonTypeInfo<TResult> result,
        Func<SqsCall, TRequest, ValueTask<TResult>> run) => new Typed<TRequest, TResult>(name, request, result, run);

    public static SqsOperation Of<TRequest, TResult>(
        string name,
        JsonTypeInfo<TRequest> request,
        JsonTypeInfo<TResult> result,
        Func<SqsCall, TRequest, TResult> run) =>
        new Typed<TRequest, TResult>(name, request, result, (call, message) => new(run(call, message)));

    private sealed class Typed<TRequest, TResult>(
        string name,
        JsonTypeInfo<TRequest> requestType,
        JsonTypeInfo<TResult> resultType,
        Func<SqsCall, TRequest, ValueTask<TResult>> run) : SqsOperation(name)
    {
        public override bool HasResult => typeof(TResult) != typeof(Nothing);

        public override async Task<Action<Utf8JsonWriter>> InvokeAsync(SqsCall call, ReadOnlySequence<byte> request)
        {
            var result = await run(call, Read(request));
            return writer => JsonSerializer.Serialize(writer, result, resultType);
        }

        private TRequest Read(ReadOnlySequence<byte> json)
        {
            try
            {
                var reader = new Utf8JsonReader(json);
                return JsonSerializer.Deserialize(ref reader, requestType)
                    ?? throw SqsError.Serialization.With("The request is null.");
            }
            catch (JsonException)
            {
                // Its text may quote the body.
                throw SqsError.Serialization.With($"The request is no well-formed {Name} request.");
            }
        }
    }
}
