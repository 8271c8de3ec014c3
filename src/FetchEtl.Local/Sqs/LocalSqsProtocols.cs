namespace FetchEtl.Local;

/// <summary>The wire protocols of Amazon SQS that a <see cref="LocalSqs"/> speaks.</summary>
[Flags]
public enum LocalSqsProtocols
{
    /// <summary>None: every request is refused.</summary>
    None = 0,

    /// <summary>AWS JSON 1.0, which the AWS SDKs have spoken to SQS since late 2023.</summary>
    Json = 1,

    /// <summary>Query: form in, XML out; older SDKs, and emulators such as LocalStack before 3.0.</summary>
    Query = 2,

    /// <summary>Both, as Amazon SQS itself.</summary>
    All = Json | Query,
}
