namespace FetchEtl.Local.Tests.Sqs;

public enum WireProtocol
{
    Json,
    Query,
}
