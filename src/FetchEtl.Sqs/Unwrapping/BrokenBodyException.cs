using System.ComponentModel.DataAnnotations;

namespace FetchEtl.Sqs;

/// <summary>
/// The body cannot be unwrapped, now or later. The texts are fixed and hold no value: <c>fetch-etl dead</c> shows them.
/// </summary>
internal sealed class BrokenBodyException : ValidationException
{
    private BrokenBodyException(string rule, string reason)
        : base($"body: {reason}") => (Rule, Reason) = ($"body.{rule}", reason);

    /// <summary>The name of the broken rule, for metrics.</summary>
    public string Rule { get; }

    /// <summary>What is wrong, as <c>is not a notification of SNS</c>.</summary>
    public string Reason { get; }

    /// <summary>The endpoint expects a wrapper, and the body has none.</summary>
    public static BrokenBodyException NotWrapped(WrapperKind expected) => new(
        "not_wrapped",
        expected == WrapperKind.Sns ? "is not a notification of SNS" : "is not an event of EventBridge");

    /// <summary>
    /// The first message of a subscription. To confirm it means to call the URL in it, which a producer could choose.
    /// </summary>
    public static BrokenBodyException Confirmation() =>
        new("broken_wrapper", "is a request of SNS to confirm a subscription, not a notification");

    /// <summary>The wrapper holds no message.</summary>
    public static BrokenBodyException WithoutMessage(WrapperKind kind) => new(
        "broken_wrapper",
        kind == WrapperKind.Sns
            ? "is a notification of SNS whose Message is not a text"
            : "is an event of EventBridge whose detail is not an object");

    /// <summary>The text in the wrapper has half a surrogate pair.</summary>
    public static BrokenBodyException NotUnicode() =>
        new("broken_wrapper", "is a notification of SNS whose Message is not valid Unicode");

    /// <summary>A wrapper holds another one of its kind.</summary>
    public static BrokenBodyException Nested(WrapperKind kind) => kind switch
    {
        WrapperKind.Sns => new("broken_wrapper", "is a notification of SNS in another one"),
        WrapperKind.EventBridge => new("broken_wrapper", "is an event of EventBridge in another one"),
        _ => new("bad_pointer", "is an S3 pointer to another one"),
    };

    /// <summary>The pointer has not the form that the clients of AWS give it.</summary>
    public static BrokenBodyException BadPointer() => new("bad_pointer", "is an S3 pointer that is malformed");

    /// <summary>The endpoint may not read from that bucket.</summary>
    public static BrokenBodyException ForeignBucket() =>
        new("bad_pointer", "is an S3 pointer to a bucket that is not allowed");

    /// <summary>S3 has no such object.</summary>
    public static BrokenBodyException Missing() =>
        new("bad_pointer", "is an S3 pointer to an object that does not exist");

    /// <summary>The object is larger than a message may be.</summary>
    public static BrokenBodyException TooLarge() =>
        new("bad_pointer", "is an S3 pointer to an object that is larger than 1 MiB");
}
