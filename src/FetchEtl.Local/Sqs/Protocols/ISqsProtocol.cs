using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace FetchEtl.Local;

/// <summary>One of SQS's wire protocols: makes JSON of a request, and its own form of a result's JSON.</summary>
internal interface ISqsProtocol
{
    /// <exception cref="SqsException">The request names no operation, or can't be read.</exception>
    (string Operation, ReadOnlySequence<byte> Json) Read(HttpRequest request, ReadOnlySequence<byte> body);

    void WriteResult(HttpResponse response, SqsOperation operation, Action<Utf8JsonWriter> result);

    void WriteError(HttpResponse response, SqsException error);
}
