namespace FetchEtl.Sqs;

/// <summary>The SQS operation of an HTTP request, in either protocol.</summary>
internal static class RequestOperation
{
    private static readonly HttpRequestOptionsKey<string> Key = new("FetchEtl.Sqs.Operation");

    /// <summary>The name, such as <c>ReceiveMessage</c>; a JSON request has <c>AmazonSQS.ReceiveMessage</c>.</summary>
    public static string Of(HttpRequestMessage request) =>
        request.Options.TryGetValue(Key, out var operation) ? operation
        : request.Headers.NonValidated.TryGetValues("X-Amz-Target", out var target) ? target.ToString().Split('.')[^1]
        : string.Empty;

    /// <summary>Names the operation of a request whose headers do not.</summary>
    public static void Set(HttpRequestMessage request, string operation) => request.Options.Set(Key, operation);
}
