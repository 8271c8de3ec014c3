using System.Net.Sockets;
using Amazon.Runtime;
using FetchEtl.Sqs;

namespace FetchEtl.Service;

/// <summary>
/// The failures of KMS and of Systems Manager in words, each with AWS's code and the remedy. AWS's own text is left
/// out: it can quote what was sent.
/// </summary>
internal static class KeyTrouble
{
    private const string WhoCalls = "'fetch-etl doctor' shows who calls";

    /// <summary>Whether the exception is a failure of AWS or of the network, and no bug.</summary>
    public static bool Knows(Exception exception) => exception is AmazonServiceException or AmazonClientException
        or HttpRequestException or IOException or SocketException or TimeoutException or OperationCanceledException
        || SqsErrors.IsProfileFailure(exception);

    /// <summary>Why KMS did not decrypt.</summary>
    public static KeyOutcome OfKms(Exception exception)
    {
        var code = Code(exception);
        return KeyOutcome.Failed(
            Problem(exception, "KMS", "decrypt it"),
            code switch
            {
                _ when SqsTrouble.IsDenied(code) =>
                    "grant kms:Decrypt on the KMS key to the role of this process, in the role's policy and in the "
                    + $"key's, for the encryption context fetchetl=masking-key, or correct the region in AWS:Region: "
                    + $"KMS refuses a text of another region in the same way; {WhoCalls}",
                "InvalidCiphertextException" or "IncorrectKeyException" =>
                    "give the line that 'fetch-etl keys new --kms' printed, and the region that it was printed in; a "
                    + "text that was encrypted otherwise needs the encryption context fetchetl=masking-key",
                _ => Of(exception, code, "KMS"),
            });
    }

    /// <summary>Why KMS did not create a key.</summary>
    public static KeyOutcome OfNewKey(Exception exception)
    {
        var code = Code(exception);
        return KeyOutcome.Failed(
            Problem(exception, "KMS", "create a key"),
            SqsTrouble.IsDenied(code)
                ? $"grant kms:GenerateDataKeyWithoutPlaintext on the KMS key to the caller; {WhoCalls}"
                : Of(exception, code, "KMS"));
    }

    /// <summary>Why Systems Manager did not return a parameter.</summary>
    public static KeyOutcome OfParameter(Exception exception)
    {
        var code = Code(exception);
        return KeyOutcome.Failed(
            Problem(exception, "SSM", "return it"),
            code switch
            {
                _ when SqsTrouble.IsDenied(code) =>
                    "grant ssm:GetParameter on the parameter, and kms:Decrypt on its KMS key, to the role of this "
                    + $"process; {WhoCalls}",
                "ParameterNotFound" or "ParameterVersionNotFound" =>
                    "correct the path, or the region in AWS:Region, or store the key there as a SecureString",
                "InvalidKeyId" =>
                    "the parameter's KMS key is disabled, pending deletion or gone: enable it, or store the key again "
                    + "under another one",
                _ => Of(exception, code, "SSM"),
            });
    }

    private static string Of(Exception exception, string code, string service) => code switch
    {
        "DisabledException" => "enable the KMS key with 'aws kms enable-key'",
        "KMSInvalidStateException" =>
            "bring the KMS key back with 'aws kms cancel-key-deletion' and 'aws kms enable-key': it is pending "
            + "deletion, or in another state in which it cannot be used",
        "NotFoundException" => "correct the KMS key's id, or the region in AWS:Region: the key is not there",
        "InvalidKeyUsageException" => "use a symmetric KMS key for ENCRYPT_DECRYPT",
        _ when IsThrottled(code) =>
            $"start again later: {service} throttles this account's calls; raise the quota if this repeats",
        _ when code.StartsWith("ExpiredToken", StringComparison.Ordinal) => "renew the AWS credentials",
        _ when SqsTrouble.IsBadCredentials(code) => "correct the AWS credentials, or the region in AWS:Region",
        _ when SqsErrors.Describe(exception) is var text
            && text.StartsWith(SqsTrouble.NoCredentials, StringComparison.Ordinal) => text.TrimEnd('.'),
        _ when IsUnreachable(exception) =>
            $"check AWS:Region, AWS:ServiceURL and AWS_ENDPOINT_URL_{service}, the VPC endpoint for {service}, and the "
            + "network or proxy on the way",
        _ => $"start again; if this repeats, look the code up in AWS's documentation of {service}",
    };

    private static string Problem(Exception exception, string service, string work) => exception switch
    {
        AmazonServiceException { ErrorCode: { Length: > 0 } code } =>
            $"is not usable, {service} did not {work} ({PrintableText.Of(code)})",
        _ when IsLate(exception) => $"is not usable, {service} did not answer in time",
        _ when IsUnreachable(exception) => $"is not usable, {service} cannot be reached",
        AmazonServiceException { StatusCode: var status } => $"is not usable, {service} replied {(int)status}",
        _ => $"is not usable, {service} was not asked",
    };

    private static string Code(Exception exception) =>
        (exception as AmazonServiceException)?.ErrorCode ?? string.Empty;

    private static bool IsThrottled(string code) =>
        code.Contains("Throttl", StringComparison.Ordinal) || code is "TooManyRequestsException";

    private static bool IsLate(Exception? exception) => exception is OperationCanceledException or TimeoutException
        || (exception is not null && IsLate(exception.InnerException));

    private static bool IsUnreachable(Exception exception) => exception is OperationCanceledException
        || SqsTrouble.IsUnreachable(exception)
        || exception is AmazonServiceException { ErrorCode: null or "", StatusCode: var status }
            && !Enum.IsDefined(status);
}
