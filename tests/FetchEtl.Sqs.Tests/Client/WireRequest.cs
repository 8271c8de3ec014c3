namespace FetchEtl.Sqs.Tests;

/// <summary>A request that <see cref="WireEndpoint"/> received.</summary>
internal sealed record WireRequest(string Path, IReadOnlyDictionary<string, string> Headers, string Content)
{
    public bool IsJson => Headers.TryGetValue("Content-Type", out var type) && type == "application/x-amz-json-1.0";
}
