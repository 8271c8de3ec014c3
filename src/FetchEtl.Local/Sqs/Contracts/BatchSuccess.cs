namespace FetchEtl.Local;

internal sealed record BatchSuccess(string Id);
