using System.Net;

namespace FetchEtl.Sqs.Tests;

/// <summary>A reply that <see cref="WireEndpoint"/> sends.</summary>
internal sealed record WireReply(HttpStatusCode Status, string ContentType, string Content, DateTimeOffset? Date = null)
{
    public static WireReply QueueUrl { get; } = Json("""{"QueueUrl":"http://elsewhere:9/000000000000/q"}""");

    public static WireReply QueueUrlInXml { get; } = Xml(
        "<GetQueueUrlResponse><GetQueueUrlResult><QueueUrl>http://elsewhere:9/000000000000/q</QueueUrl>"
        + "</GetQueueUrlResult></GetQueueUrlResponse>");

    public static WireReply Json(string content, HttpStatusCode status = HttpStatusCode.OK) =>
        new(status, "application/x-amz-json-1.0", content);

    public static WireReply Xml(string content, HttpStatusCode status = HttpStatusCode.OK) =>
        new(status, "text/xml", content);

    public static WireReply JsonError(string code, HttpStatusCode status, string message = "why") =>
        Json($$"""{"__type":"com.amazonaws.sqs#{{code}}","message":"{{message}}"}""", status);

    public static WireReply XmlError(string code, HttpStatusCode status, string message = "why") => Xml(
        $"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
        + "<RequestId>r-1</RequestId></ErrorResponse>",
        status);

    public static WireReply Html(HttpStatusCode status) => new(status, "text/html", "<html><br>no closing tag");
}
