using System.Text.Json;

namespace FetchEtl.Testing;

/// <summary>Bodies as SNS, EventBridge and the extended clients write them.</summary>
public static class Wrappers
{
    /// <summary>A notification to a queue without raw message delivery.</summary>
    public static string Sns(string message, string id = "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324") => $$"""
        {
          "Type" : "Notification",
          "MessageId" : "{{id}}",
          "TopicArn" : "arn:aws:sns:us-west-2:123456789012:logins",
          "Subject" : "A login",
          "Message" : {{JsonSerializer.Serialize(message)}},
          "Timestamp" : "2026-11-26T21:23:50.119Z",
          "SignatureVersion" : "1",
          "Signature" : "FMF5eVnaoQ==",
          "SigningCertURL" : "https://sns.us-west-2.amazonaws.com/SimpleNotificationService.pem",
          "UnsubscribeURL" : "https://sns.us-west-2.amazonaws.com/?Action=Unsubscribe",
          "MessageAttributes" : {"k" : {"Type":"String","Value":"Message"} }
        }
        """;

    /// <summary>What SNS sends first to a queue of another account.</summary>
    public static string Confirmation() => """
        {
          "Type" : "SubscriptionConfirmation",
          "MessageId" : "165545c9-2a5c-472c-8df2-7ff2be2b3b1b",
          "Token" : "2336412f37",
          "TopicArn" : "arn:aws:sns:us-west-2:123456789012:logins",
          "Message" : "You have chosen to subscribe to the topic.",
          "SubscribeURL" : "https://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription&Token=2336412f37",
          "Timestamp" : "2026-11-26T20:45:40.246Z",
          "SignatureVersion" : "1",
          "Signature" : "EXAMPLEpH+",
          "SigningCertURL" : "https://sns.us-west-2.amazonaws.com/SimpleNotificationService.pem"
        }
        """;

    /// <summary>An event of a custom bus.</summary>
    public static string Event(string detail, string id = "6a7e8feb-b491-4cf7-a9f1-bf3703467718") => $$"""
        {"version":"0","id":"{{id}}","detail-type":"login","source":"app.logins","account":"111122223333",
        "time":"2026-11-26T18:43:48Z","region":"us-west-1","resources":["arn:aws:x:y:z"],"detail": {{detail}} }
        """;

    /// <summary>A pointer of the extended clients since 2019.</summary>
    public static string InS3(string bucket, string key) =>
        $$"""["software.amazon.payloadoffloading.PayloadS3Pointer",{{Location(bucket, key)}}]""";

    /// <summary>A pointer of the first extended client for Java.</summary>
    public static string InS3ByOldClient(string bucket, string key) =>
        $$"""["com.amazon.sqs.javamessaging.MessageS3Pointer",{{Location(bucket, key)}}]""";

    private static string Location(string bucket, string key) =>
        JsonSerializer.Serialize(new { s3BucketName = bucket, s3Key = key });
}
