using System.Net;

namespace FetchEtl.Sqs.Tests;

public sealed class SqsErrorsTests
{
    [Theory]
    [InlineData("com.amazonaws.sqs#QueueDoesNotExist", "QueueDoesNotExist")]
    [InlineData("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist")]
    [InlineData("QueueAlreadyExists", "QueueNameExists")]
    [InlineData("AWS.SimpleQueueService.TooManyEntriesInBatchRequest", "TooManyEntriesInBatchRequest")]
    [InlineData("com.amazon.coral.service#ExpiredTokenException", "ExpiredTokenException")]
    [InlineData("KMS.ThrottlingException", "KmsThrottled")]
    [InlineData("ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid")]
    public void Both_protocols_codes_get_one_name(string code, string expected) => Assert.Equal(expected, SqsErrors.Normalize(code));

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
    [InlineData("ConnectionFailed", null)]
    [InlineData("ReplyLost", null)]
    [InlineData("Timeout", null)]
    [InlineData("SomethingNew", HttpStatusCode.InternalServerError)]
    [InlineData("SomethingNew", HttpStatusCode.TooManyRequests)]
    [InlineData("UnrecognizedReply", HttpStatusCode.BadGateway)]
    public void What_may_pass_is_transient(string code, HttpStatusCode? status) => Assert.True(SqsErrors.IsTransient(code, status));

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
    public void What_stays_wrong_is_not_transient(string code, HttpStatusCode? status) =>
        Assert.False(SqsErrors.IsTransient(code, status));
}
