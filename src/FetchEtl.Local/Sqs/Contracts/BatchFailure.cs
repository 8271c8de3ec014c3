namespace FetchEtl.Local;

internal sealed record BatchFailure(string Id, bool SenderFault, string Code, string Message);
