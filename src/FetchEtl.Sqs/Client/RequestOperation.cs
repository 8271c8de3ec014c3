namespace FetchEtl.Sqs;

/// <summary>The SQS operation of an HTTP request, in either protocol.</summary>
internal static class RequestOperation
{
    private const string Target = "X-Amz-Target";

    private static readonly HttpRequestOptionsKey<string> Key = new("FetchEtl.Sqs.Operation");

    /// <summary>The name, such as <c>ReceiveMessage</c>; empty where the request names none.</summary>
    public static string Of(HttpRequestMessage request)
    {
        if (!request.Options.TryGetValue(Key, out var operation))
        {
            operation = request.Headers.NonValidated.TryGetValues(Target, out var values) ? values.ToString() : string.Empty;
            operation = operation[(operation.IndexOf('.', StringComparison.Ordinal) + 1)..];
            Set(request, operation);
        }

        return operation;
    }

    /// <summary>Names the operation of a request whose headers do not.</summary>
    public static void Set(HttpRequestMessage request, string operation) => request.Options.Set(Key, operation);

    /// <summary>Whether the request holds message bodies, which the text of an error could quote.</summary>
    public static bool CarriesBodies(string operation) => operation is "SendMessage" or "SendMessageBatch";
}
