using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Amazon.Runtime;
using Amazon.SQS;

namespace FetchEtl.Sqs.Tests;

public sealed class SqsErrorsTests
{
    public static TheoryData<string, Exception, bool> Exceptions => new()
    {
        { "throttled", Service("RequestThrottled", HttpStatusCode.BadRequest), true },
        {
            "throttled, the Query protocol's name",
            Service("AWS.SimpleQueueService.RequestThrottled", HttpStatusCode.Forbidden),
            true
        },
        { "expired token", Service("ExpiredTokenException", HttpStatusCode.BadRequest), true },
        {
            "queue does not exist",
            Service("AWS.SimpleQueueService.NonExistentQueue", HttpStatusCode.BadRequest),
            false
        },
        { "denied", Service("AccessDeniedException", HttpStatusCode.BadRequest), false },
        { "no code, 500", Service(null, HttpStatusCode.InternalServerError), true },
        { "a body that does not match its MD5", new AmazonSQSException("MD5 hash mismatch for message id m"), false },
        { "a reply that cannot be parsed", new AmazonUnmarshallingException("r", "/", new FormatException()), true },
        { "no credentials", new AmazonClientException("Failed to resolve AWS credentials."), false },
        { "a role that STS denies", AssumeRole(Service("AccessDenied", HttpStatusCode.Forbidden)), false },
        { "STS unreachable", AssumeRole(new HttpRequestException("refused")), true },
        {
            "no connection",
            new HttpRequestException("refused", new SocketException((int)SocketError.ConnectionRefused)),
            true
        },
        { "connection broken", new IOException("The response ended prematurely."), true },
        { "no reply in time", new TimeoutException(), true },
        { "a bug", new InvalidOperationException(), false },
    };

    [Theory]
    [InlineData("com.amazonaws.sqs#QueueDoesNotExist", "QueueDoesNotExist")]
    [InlineData("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist")]
    [InlineData("QueueAlreadyExists", "QueueNameExists")]
    [InlineData("AWS.SimpleQueueService.TooManyEntriesInBatchRequest", "TooManyEntriesInBatchRequest")]
    [InlineData("com.amazon.coral.service#ExpiredTokenException", "ExpiredTokenException")]
    [InlineData("KMS.ThrottlingException", "KmsThrottled")]
    [InlineData("KMS.AccessDeniedException", "KmsAccessDenied")]
    [InlineData("KMS.InvalidKeyUsageException", "KmsInvalidKeyUsage")]
    [InlineData("KMS.OptInRequired", "KmsOptInRequired")]
    [InlineData("ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid")]
    public void The_error_codes_of_both_protocols_are_normalized_to_one_name(string code, string expected) =>
        Assert.Equal(expected, SqsErrors.Normalize(code));

    [Theory]
    [InlineData("RequestThrottled", HttpStatusCode.BadRequest)]
    [InlineData("ThrottlingException", HttpStatusCode.BadRequest)]
    [InlineData("KmsThrottled", HttpStatusCode.BadRequest)]
    [InlineData("OverLimit", HttpStatusCode.BadRequest)]
    [InlineData("InternalFailure", HttpStatusCode.InternalServerError)]
    [InlineData("ServiceUnavailable", HttpStatusCode.ServiceUnavailable)]
    [InlineData("RequestTimeout", HttpStatusCode.BadRequest)]
    [InlineData("ExpiredToken", HttpStatusCode.Forbidden)]
    [InlineData("ExpiredTokenException", HttpStatusCode.BadRequest)]
    [InlineData("ReplyLost", null)]
    [InlineData("Timeout", null)]
    [InlineData("SomethingNew", HttpStatusCode.InternalServerError)]
    [InlineData("SomethingNew", HttpStatusCode.TooManyRequests)]
    [InlineData("UnrecognizedReply", HttpStatusCode.BadGateway)]
    public void A_failure_that_may_pass_is_transient(string code, HttpStatusCode? status) =>
        Assert.True(SqsErrors.IsTransient(code, status));

    [Theory]
    [InlineData("QueueDoesNotExist", HttpStatusCode.BadRequest)]
    [InlineData("ReceiptHandleIsInvalid", HttpStatusCode.BadRequest)]
    [InlineData("MessageNotInflight", HttpStatusCode.BadRequest)]
    [InlineData("InvalidMessageContents", HttpStatusCode.BadRequest)]
    [InlineData("AccessDeniedException", HttpStatusCode.BadRequest)]
    [InlineData("SignatureDoesNotMatch", HttpStatusCode.Forbidden)]
    [InlineData("NoCredentials", null)]
    [InlineData("SomethingNew", HttpStatusCode.BadRequest)]
    [InlineData("SomethingNew", HttpStatusCode.NotImplemented)]
    [InlineData("UnrecognizedReply", HttpStatusCode.NotFound)]
    [InlineData("UnrecognizedReply", HttpStatusCode.OK)]
    public void A_failure_that_repeats_itself_is_not_transient(string code, HttpStatusCode? status) =>
        Assert.False(SqsErrors.IsTransient(code, status));

    [Theory]
    [MemberData(nameof(Exceptions))]
    public void Each_exception_of_the_SDK_is_classified_as_transient_or_permanent(
        string name, Exception exception, bool transient) =>
        Assert.True(SqsErrors.IsTransient(exception) == transient, name);

    [Theory]
    [InlineData("ReceiptHandleIsInvalid", true, false)]
    [InlineData("AWS.SimpleQueueService.MessageNotInflight", true, false)]
    [InlineData("InternalError", false, true)]
    [InlineData("SomethingNew", false, true)]
    [InlineData("RequestThrottled", true, true)]
    public void A_failed_entry_is_classified_by_its_code_and_its_SenderFault(
        string code, bool senderFault, bool transient) =>
        Assert.Equal(transient, SqsErrors.IsTransient(code, senderFault));

    [Theory]
    [MemberData(nameof(Exceptions))]
    public void Each_failure_of_SQS_is_described_in_one_line(string name, Exception exception, bool transient)
    {
        var line = SqsErrors.Describe(exception);

        var isTypeName = line == nameof(InvalidOperationException);
        Assert.True(isTypeName == (exception is InvalidOperationException), $"{name} {transient}");
        Assert.DoesNotContain('\n', line);
    }

    [Fact]
    public void The_description_of_missing_credentials_names_the_remedies_and_the_reason_of_each_provider()
    {
        var line = SqsErrors.Describe(new AmazonClientException(
            "Failed to resolve AWS credentials. The credential providers used to search for credentials returned the "
            + "following errors:\n\nException 1 of 2: Unable to find the \"default\" profile.\n"
            + "Exception 2 of 2: Failed to connect to EC2 instance metadata: refused.\n"));

        Assert.Contains("choose a profile with AWS_PROFILE", line);
        Assert.EndsWith(
            "The AWS SDK tried these: Unable to find the \"default\" profile; Failed to connect to EC2 instance "
            + "metadata: refused",
            line);
    }

    [Fact]
    public void The_description_of_a_role_that_cannot_be_assumed_has_the_reason()
    {
        Assert.Equal(
            "Error calling AssumeRole: Connection refused (sts.example.test:443): refused",
            SqsErrors.Describe(AssumeRole(
                new HttpRequestException("Connection refused (sts.example.test:443)", new IOException("refused")))));
        Assert.Equal(
            "Error calling AssumeRole",
            SqsErrors.Describe(AssumeRole(new InvalidOperationException("canary"))));
    }

    [Fact]
    public void The_description_of_an_SSO_session_that_is_not_logged_in_names_the_remedy()
    {
        const string reason = "The profile [data] is an SSO profile.  This type of profile is not allowed here.";

        foreach (var exception in new Exception[]
        {
            new InvalidOperationException(reason) { Source = "AWSSDK.Core" },
            new AmazonClientException($"Failed to resolve AWS credentials. Errors:\n\nException 1 of 1: {reason}"),
        })
        {
            Assert.Contains("run 'aws sso login", SqsErrors.Describe(exception));
            Assert.DoesNotContain("not allowed here", SqsErrors.Describe(exception));
        }
    }

    [Fact]
    public void The_description_of_a_failed_handshake_names_its_cause_and_how_to_trust_a_private_authority()
    {
        var handshake = new HttpRequestException(
            "The SSL connection could not be established, see inner exception.",
            new AuthenticationException("The remote certificate is invalid: UntrustedRoot"));

        foreach (var exception in new Exception[] { handshake, AssumeRole(handshake) })
        {
            var line = SqsErrors.Describe(exception);
            Assert.Contains("UntrustedRoot", line);
            Assert.Contains("SSL_CERT_FILE", line);
            Assert.DoesNotContain("see inner exception", line);
        }
    }

    [Fact]
    public void The_description_of_a_reply_that_cannot_be_parsed_does_not_quote_its_body() => Assert.DoesNotContain(
        "canary",
        SqsErrors.Describe(new AmazonUnmarshallingException("r", "/", "canary", new FormatException("canary"))));

    [Theory]
    [MemberData(nameof(Exceptions))]
    public void Only_an_error_reply_shows_that_a_receive_hid_no_message(
        string name, Exception exception, bool transient)
    {
        var isErrorReply = exception is AmazonServiceException
        {
            ErrorCode: { Length: > 0 }
                and not (SqsErrors.Timeout or SqsErrors.ReplyLost or SqsErrors.UnrecognizedReply),
        };

        Assert.True(isErrorReply == !SqsErrors.MayHideMessages(exception), $"{name} {transient}");
    }

    [Theory]
    [InlineData(SqsErrors.Timeout)]
    [InlineData(SqsErrors.ReplyLost)]
    [InlineData(SqsErrors.UnrecognizedReply)]
    public void After_a_lost_late_or_unreadable_reply_messages_may_be_hidden(string code) =>
        Assert.True(SqsErrors.MayHideMessages(Service(code, default)));

    private static AmazonClientException AssumeRole(Exception inner) => new("Error calling AssumeRole", inner);

    private static AmazonSQSException Service(string? code, HttpStatusCode status) =>
        new("text", ErrorType.Unknown, code, "r-1", status);
}
