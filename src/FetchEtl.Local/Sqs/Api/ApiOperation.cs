using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace FetchEtl.Local;

/// <summary>An operation with JSON input and JSON output, whichever protocol carried them.</summary>
internal abstract class ApiOperation(string name)
{
    public string Name => name;

    /// <summary>False for operations whose output is empty: Query then sends no result element.</summary>
    public abstract bool HasOutput { get; }

    /// <summary>
    /// Reads the input before the first await, so the caller may free its memory once this method returns.
    /// </summary>
    /// <exception cref="ApiException">The call is rejected.</exception>
    public abstract Task<Action<Utf8JsonWriter>> InvokeAsync(ApiCall call, ReadOnlySequence<byte> input);

    public static ApiOperation Of<TInput, TOutput>(string name, Func<ApiCall, TInput, TOutput> run) =>
        new Typed<TInput, TOutput>(name, (call, input) => new(run(call, input)));

    public static ApiOperation Of<TInput, TOutput>(string name, Func<ApiCall, TInput, ValueTask<TOutput>> run) =>
        new Typed<TInput, TOutput>(name, run);

    private sealed class Typed<TInput, TOutput>(string name, Func<ApiCall, TInput, ValueTask<TOutput>> run)
        : ApiOperation(name)
    {
        private readonly JsonTypeInfo<TInput> _input = ApiJson.TypeInfo<TInput>();
        private readonly JsonTypeInfo<TOutput> _output = ApiJson.TypeInfo<TOutput>();

        public override bool HasOutput => typeof(TOutput) != typeof(NoOutput);

        public override async Task<Action<Utf8JsonWriter>> InvokeAsync(ApiCall call, ReadOnlySequence<byte> input)
        {
            var output = await run(call, Read(input));
            return writer => JsonSerializer.Serialize(writer, output, _output);
        }

        private TInput Read(ReadOnlySequence<byte> json)
        {
            try
            {
                var reader = new Utf8JsonReader(json);
                return JsonSerializer.Deserialize(ref reader, _input)
                    ?? throw ApiError.Serialization.With("The request is null.");
            }
            catch (JsonException)
            {
                // The exception's text can quote the body, so it is not sent.
                throw ApiError.Serialization.With($"The request is not a well-formed {Name} request.");
            }
        }
    }
}
