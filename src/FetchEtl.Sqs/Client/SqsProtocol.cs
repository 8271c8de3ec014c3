namespace FetchEtl.Sqs;

/// <summary>The wire protocol that the client speaks with SQS.</summary>
public enum SqsProtocol
{
    /// <summary>
    /// AWS JSON. At a custom endpoint that rejects JSON and answers Query, the client changes to Query for the rest of
    /// its life. An error of a JSON endpoint, an overloaded gateway or a broken connection never changes the protocol.
    /// </summary>
    Auto,

    /// <summary>
    /// AWS JSON 1.0, the protocol of every current AWS SDK ("Making Query API requests using AWS JSON protocol", SQS
    /// Developer Guide).
    /// </summary>
    Json,

    /// <summary>
    /// The older Query protocol: form in, XML out ("Making Query API requests using AWS query protocol", SQS Developer
    /// Guide). LocalStack before 3.0 and ElasticMQ before 1.4 know no other.
    /// </summary>
    Query,
}
