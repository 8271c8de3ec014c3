using Amazon.Runtime;

namespace FetchEtl.Sqs;

internal static class SqsErrors
{
    public static bool IsTransient(Exception exception) => exception switch
    {
        AmazonServiceException service => IsTransient(service.ErrorCode ?? string.Empty, (int)service.StatusCode is >= 400 and < 500),
        AmazonClientException => false,
        _ => true,
    };

    public static bool IsTransient(string code, bool senderFault) => !senderFault || code.Contains("Throttl", StringComparison.Ordinal);

    public static string Describe(Exception exception) =>
        exception is AmazonServiceException service ? $"{service.ErrorCode}: {service.Message}" : exception.Message;
}
