namespace FetchEtl.Local.Sqs.Contracts;

internal sealed record BatchFailure(string Id, bool SenderFault, string Code, string Message);
