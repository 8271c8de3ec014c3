namespace FetchEtl.Service;

/// <summary>The result of a check.</summary>
/// <param name="Check">What was checked.</param>
/// <param name="Status">How it ended.</param>
/// <param name="Found">What was found, without a full stop. It holds no secret and no personal value.</param>
/// <param name="Remedy">What an operator can do, as an imperative; null where nothing must be done.</param>
internal sealed record Finding(Check Check, CheckStatus Status, string Found, string? Remedy);
