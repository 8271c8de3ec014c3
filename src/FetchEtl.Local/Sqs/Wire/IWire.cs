using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace FetchEtl.Local;

/// <summary>A wire protocol of SQS: converts requests to JSON inputs, and JSON outputs to its own form.</summary>
internal interface IWire
{
    /// <exception cref="ApiException">The request names no operation, or is malformed.</exception>
    (string Operation, ReadOnlySequence<byte> Input) Read(HttpRequest request, ReadOnlySequence<byte> body);

    void WriteOutput(HttpResponse response, ApiOperation operation, Action<Utf8JsonWriter> output);

    void WriteError(HttpResponse response, ApiException error);
}
