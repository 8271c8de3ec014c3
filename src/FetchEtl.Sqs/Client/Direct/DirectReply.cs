using System.Net;
using Amazon.Runtime;
using Amazon.Runtime.EventStreams;
using Amazon.Runtime.Internal.Transform;

namespace FetchEtl.Sqs;

/// <summary>A reply of status 200 as the SDK's unmarshallers want it.</summary>
internal sealed class DirectReply(HttpResponseMessage response) : IWebResponseData
{
    // Once the content is in memory, a chunked reply has a length too, which the SDK does not report.
    private readonly long _contentLength = response.Content.Headers.ContentLength.GetValueOrDefault();

    /// <summary>Whether the reply has a checksum that the SDK would validate. SQS sends none.</summary>
    public bool HasChecksum => response.Headers.NonValidated.Contains("x-amz-crc32");

    long IWebResponseData.ContentLength => _contentLength;
    string? IWebResponseData.ContentType => response.Content.Headers.ContentType?.MediaType;
    HttpStatusCode IWebResponseData.StatusCode => response.StatusCode;
    bool IWebResponseData.IsSuccessStatusCode => response.IsSuccessStatusCode;
    IHttpResponseBody? IWebResponseData.ResponseBody => null;

    /// <summary>Reads all of the content, then has the SDK's unmarshaller read the result from memory.</summary>
    public async Task<AmazonWebServiceResponse> ReadAsync(
        ResponseUnmarshaller unmarshaller, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream(await response.Content.ReadAsByteArrayAsync(cancellationToken));
        using var context = unmarshaller.CreateContext(
            this, readEntireResponse: false, content, metrics: null, isException: false);
        return unmarshaller.UnmarshallResponse(context);
    }

    string[] IWebResponseData.GetHeaderNames() =>
        [.. response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated).Select(header => header.Key)];

    bool IWebResponseData.IsHeaderPresent(string headerName) =>
        response.Headers.NonValidated.Contains(headerName)
        || response.Content.Headers.NonValidated.Contains(headerName);

    string IWebResponseData.GetHeaderValue(string headerName) =>
        response.Headers.NonValidated.TryGetValues(headerName, out var values)
        || response.Content.Headers.NonValidated.TryGetValues(headerName, out values)
            ? values.First()
            : "";

    IEventStreamHeader? IWebResponseData.GetEventStreamHeader(string headerName) => null;

    bool IWebResponseData.IsEventHeaderPresent(string headerName) => false;
}
