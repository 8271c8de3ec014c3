namespace FetchEtl.Local;

internal sealed record BatchResult<TSuccess>(List<TSuccess> Successful, List<BatchFailure> Failed);
