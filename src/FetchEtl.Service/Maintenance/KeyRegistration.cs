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
    public static KeyedPiiMasker? ReadKeys(
        IConfiguration configuration, MaskingOptions masking, CancellationToken cancellationToken)
    {
        configuration.ReadMasking(masking, cancellationToken);
        Warnings.OfKeyFiles(masking);
        masking.Vault = new VaultOptions();
        return masking.Method == MaskingMethod.Hmac && masking.Keys.Count + masking.KeyFiles.Count > 0
            ? new KeyedPiiMasker(masking)
            : null;
    }

    /// <summary>
    /// Registers the generations that are new, as a start of the service does, and refuses keys that are not the
    /// table's.
    /// </summary>
    /// <exception cref="MaskingRefusedException">
    /// The keys are not those of the table, or nothing shows that they are.
    /// </exception>
    public static async Task VerifyAsync(
        string connectionString, KeyedPiiMasker masker, MaskingOptions masking, CancellationToken cancellationToken)
    {
        await using var database = Open(connectionString);
        await Verifier(masker, masking).VerifyAsync(database, cancellationToken);
        Console.WriteLine($"The key generations of the settings are registered: {masker.Generation}.");
    }

    /// <summary>
    /// Registers the generations for an operator who vouches for the keys, and prints what was done.
    /// </summary>
    public static async Task RunAsync(
        string connectionString, KeyedPiiMasker masker, MaskingOptions masking, CancellationToken cancellationToken)
    {
        await using var database = Open(connectionString);
        var written = await Verifier(masker, masking).RegisterAsync(database, cancellationToken);
        Console.WriteLine(written.Count == 0
            ? $"All key generations are registered already: {masker.Generation}."
            : $"Key generations registered: {string.Join(", ", written)}.");
    }

    private static LoginDbContext Open(string connectionString) =>
        new(new DbContextOptionsBuilder<LoginDbContext>().UseNpgsql(connectionString).Options);

    private static StoredMasksVerifier Verifier(KeyedPiiMasker masker, MaskingOptions masking) =>
        new(masker, Options.Create(new LoginsOptions { Masking = masking }));
}
