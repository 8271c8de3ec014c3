using FetchEtl.Logins;
using FetchEtl.Masking;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace FetchEtl.Service;

/// <summary>Registers the key generations of the settings in <c>masking_generations</c>.</summary>
internal static class KeyRegistration
{
    /// <summary>Reads the keys. The vault is left out: its public key may be elsewhere.</summary>
    /// <returns>The masker; null where the settings have no key.</returns>
    /// <exception cref="MaskingRefusedException">The settings of masking are invalid.</exception>
    public static HmacPiiMasker? ReadKeys(IConfiguration configuration, MaskingOptions masking)
    {
        configuration.BindMasking(masking);
        masking.Vault = new VaultOptions();
        return masking.Method == MaskingMethod.Hmac && masking.Keys.Count + masking.KeyFiles.Count > 0
            ? new HmacPiiMasker(masking)
            : null;
    }

    /// <summary>Registers the generations and prints what was done.</summary>
    public static async Task RunAsync(
        string connectionString, HmacPiiMasker masker, MaskingOptions masking, CancellationToken cancellationToken)
    {
        var options = new DbContextOptionsBuilder<LoginDbContext>().UseNpgsql(connectionString).Options;
        await using var database = new LoginDbContext(options);
        var verifier = new StoredMasksVerifier(masker, Options.Create(new LoginsOptions { Masking = masking }));
        var written = await verifier.RegisterAsync(database, cancellationToken);
        Console.WriteLine(written.Count == 0
            ? $"All key generations are registered already: {masker.Generation}."
            : $"Key generations registered: {string.Join(", ", written)}.");
    }
}
