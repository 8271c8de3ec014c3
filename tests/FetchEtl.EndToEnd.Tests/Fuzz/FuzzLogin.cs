namespace FetchEtl.EndToEnd.Tests;

/// <summary>The values of a valid body that the table must hold unmasked.</summary>
internal sealed record FuzzLogin(string UserId, string? DeviceType, string? Locale, int AppVersion);
