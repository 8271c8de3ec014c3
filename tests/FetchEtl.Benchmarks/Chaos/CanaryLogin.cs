namespace FetchEtl.Benchmarks;

/// <summary>A message of the run and its expected result.</summary>
/// <param name="Body">The body as it is sent.</param>
/// <param name="Row">The expected row; null where the message must become a dead letter.</param>
internal sealed record CanaryLogin(string Body, LoginRow? Row);
