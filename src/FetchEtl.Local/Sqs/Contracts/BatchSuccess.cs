namespace FetchEtl.Local.Sqs.Contracts;

internal sealed record BatchSuccess(string Id);
