using System.Globalization;
using Amazon.Runtime;
using Amazon.Runtime.Internal;

namespace FetchEtl.Service;

/// <summary>The Date header of a reply of AWS.</summary>
internal static class ReplyDate
{
    private const string Header = "Date";

    public static DateTimeOffset? Of(ResponseEventArgs reply) => reply is WebServiceResponseEventArgs { } web
        && web.ResponseHeaders?.FirstOrDefault(
            header => header.Key.Equals(Header, StringComparison.OrdinalIgnoreCase)).Value is { } text
        ? Parse(text)
        : null;

    /// <summary>An error reply has a date, too.</summary>
    public static DateTimeOffset? Of(Exception exception) =>
        exception.InnerException is HttpErrorResponseException { Response: { } reply } && reply.IsHeaderPresent(Header)
            ? Parse(reply.GetHeaderValue(Header))
            : null;

    private static DateTimeOffset? Parse(string text) => DateTimeOffset.TryParse(
        text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) ? date : null;
}
