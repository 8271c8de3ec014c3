namespace FetchEtl.EndToEnd.Tests;

/// <summary>What a valid body says, as the columns that show it unmasked must hold it.</summary>
internal sealed record FuzzLogin(string UserId, string? DeviceType, string? Locale, int AppVersion);
