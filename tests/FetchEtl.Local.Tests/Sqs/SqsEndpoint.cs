namespace FetchEtl.Local.Tests;

/// <summary>The endpoint under test: a fresh LocalSqs, or the one that <c>FETCHETL_SQS_ENDPOINT</c> names.</summary>
public sealed class SqsEndpoint : IAsyncLifetime
{
    public const string Variable = "FETCHETL_SQS_ENDPOINT";

    private LocalSqs? _local;

    public static string? Other => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } url ? url : null;

    public Uri Url { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        _local = Other is null ? await LocalSqs.StartAsync() : null;
        Url = _local?.ServiceUrl ?? new Uri(Other!);
    }

    public async Task DisposeAsync()
    {
        if (_local is not null)
        {
            await _local.DisposeAsync();
        }
    }

    internal RawSqs Client(WireProtocol protocol) => new(Url, protocol);
}
