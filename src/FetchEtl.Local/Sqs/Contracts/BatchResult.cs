namespace FetchEtl.Local.Sqs.Contracts;

internal sealed record BatchResult<TSuccess>(List<TSuccess> Successful, List<BatchFailure> Failed);
