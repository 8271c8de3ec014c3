namespace FetchEtl.Local.Tests;

public enum WireProtocol
{
    Json,
    Query,
}
