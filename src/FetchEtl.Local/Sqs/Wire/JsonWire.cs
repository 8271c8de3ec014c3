using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace FetchEtl.Local;

/// <summary>AWS JSON 1.0: the operation in a header, input and output unchanged in the bodies.</summary>
internal sealed class JsonWire : IWire
{
    private const string TargetHeader = "X-Amz-Target";
    private const string TargetPrefix = "AmazonSQS.";
    private const string ContentType = "application/x-amz-json-1.0";

    public static bool Recognizes(HttpRequest request) => request.Headers.ContainsKey(TargetHeader);

    public (string Operation, ReadOnlySequence<byte> Input) Read(HttpRequest request, ReadOnlySequence<byte> body)
    {
        var target = request.Headers[TargetHeader].ToString();
        return target.StartsWith(TargetPrefix, StringComparison.Ordinal)
            ? (target[TargetPrefix.Length..], body)
            : throw ApiError.UnknownOperation.With(
                $"The request has no header {TargetHeader} that begins with {TargetPrefix}");
    }

    public void WriteOutput(HttpResponse response, ApiOperation operation, Action<Utf8JsonWriter> output) =>
        Send(response, output);

    public void WriteError(HttpResponse response, ApiException error)
    {
        response.Headers["x-amzn-query-error"] = $"{error.Error.QueryCode};{error.Error.Fault}";
        Send(response, json =>
        {
            json.WriteStartObject();
            json.WriteString("__type", $"com.amazonaws.sqs#{error.Error.Name}");
            json.WriteString("message", error.Message);
            json.WriteEndObject();
        });
    }

    private static void Send(HttpResponse response, Action<Utf8JsonWriter> write)
    {
        response.Headers["x-amzn-RequestId"] = Guid.NewGuid().ToString();
        ResponseBuffer.Write(
            write, static (bytes, response) => ResponseBuffer.Send(response, ContentType, bytes), response);
    }
}
