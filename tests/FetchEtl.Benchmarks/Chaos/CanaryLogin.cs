namespace FetchEtl.Benchmarks;

/// <summary>A message of the run and what must become of it.</summary>
/// <param name="Body">As it is sent.</param>
/// <param name="Row">The row it must become; null where it must become a dead letter.</param>
internal sealed record CanaryLogin(string Body, LoginRow? Row);
