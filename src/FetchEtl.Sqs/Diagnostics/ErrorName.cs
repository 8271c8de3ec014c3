using Amazon.Runtime;

namespace FetchEtl.Sqs;

/// <summary>The attribute <c>error.type</c>: a name, never the text of an error.</summary>
internal static class ErrorName
{
    /// <summary>SQS's error code, else the type of the exception.</summary>
    public static string Of(Exception exception) => exception switch
    {
        AmazonServiceException { ErrorCode: { Length: > 0 } code } => SqsErrors.Normalize(code),
        AggregateException { InnerExceptions: [var only] } => Of(only),
        _ => exception.GetType().FullName!,
    };
}
