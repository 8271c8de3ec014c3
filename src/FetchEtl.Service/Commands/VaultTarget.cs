using FetchEtl.Logins;
using FetchEtl.Maintenance;
using FetchEtl.Masking;

namespace FetchEtl.Service;

/// <summary>What <c>reveal</c> and <c>erase</c> work on.</summary>
/// <param name="Database">The database.</param>
/// <param name="Vault">The vault in it.</param>
/// <param name="Masker">The masker of the settings; null where they have no key.</param>
/// <param name="Masking">The settings of masking.</param>
internal sealed record VaultTarget(
    LoginDatabase Database, VaultAccess Vault, IPiiMasker? Masker, MaskingOptions Masking);
