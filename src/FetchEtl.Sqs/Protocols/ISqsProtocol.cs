namespace FetchEtl.Sqs;

/// <summary>
/// How requests are written and replies read. The readers throw <see cref="FormatException"/> for what is not the
/// protocol's reply, and never quote it.
/// </summary>
internal interface ISqsProtocol
{
    SqsProtocol Kind { get; }

    /// <summary>The request, addressed and complete but for its signature.</summary>
    HttpRequestMessage CreateRequest(SqsRequest request);

    /// <summary>Whether the content looks like a reply of this protocol to a request that succeeded.</summary>
    bool Recognizes(ReadOnlyMemory<byte> content);

    /// <summary>The error the content tells of, or null when it is no error of this protocol.</summary>
    SqsServiceError? ReadError(ReadOnlyMemory<byte> content);

    string ReadQueueUrl(ReadOnlyMemory<byte> content);

    IReadOnlyDictionary<string, string> ReadQueueAttributes(ReadOnlyMemory<byte> content);

    string ReadMessageId(ReadOnlyMemory<byte> content);

    SqsBatchResult ReadBatchResult(ReadOnlyMemory<byte> content);

    IReadOnlyList<SqsMessage> ReadMessages(ReadOnlyMemory<byte> content);
}
