using Amazon.Runtime;
using Amazon.SQS;

namespace FetchEtl.Local.Tests;

/// <summary>Asserts that the endpoint rejects a call, with the error that the AWS SDK makes of the response.</summary>
internal static class Rejection
{
    /// <summary>An error of the service model: the SDK has a type for it.</summary>
    public static async Task<TException> OfAsync<TException>(string code, int status, Func<Task> call)
        where TException : AmazonSQSException
    {
        var rejection = await Assert.ThrowsAsync<TException>(call);
        Assert.Equal((code, status), (rejection.ErrorCode, (int)rejection.StatusCode));
        Assert.Equal(status < 500 ? ErrorType.Sender : ErrorType.Receiver, rejection.ErrorType);
        return rejection;
    }

    public static Task<TException> OfAsync<TException>(string code, Func<Task> call)
        where TException : AmazonSQSException => OfAsync<TException>(code, 400, call);

    /// <summary>An error that the service model does not list: the SDK has only the code.</summary>
    public static Task<AmazonSQSException> OfAsync(string code, Func<Task> call) =>
        OfAsync<AmazonSQSException>(code, 400, call);

    /// <summary>The connection closes before a reply.</summary>
    public static async Task LosesReplyAsync(Func<Task> call)
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(call);
        Assert.True(failure is IOException or HttpRequestException, failure.ToString());
    }
}
