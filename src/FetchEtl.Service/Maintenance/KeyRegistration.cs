using FetchEtl.Logins;
using FetchEtl.Masking;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace FetchEtl.Service;

/// <summary>
/// Registers the key generations of the settings in <c>masking_generations</c>, with the settings that decide what the
/// service writes.
/// </summary>
internal static class KeyRegistration
{
    /// <summary>Reads keys and settings.</summary>
    /// <returns>The settings and their masker; null where they have no key.</returns>
    /// <exception cref="MaskingRefusedException">The settings of masking are invalid.</exception>
    public static (KeyedPiiMasker Masker, LoginsOptions Options)? Read(
        IConfiguration configuration, CancellationToken cancellationToken)
    {
        var masking = new MaskingOptions();
        configuration.ReadMasking(masking, cancellationToken);
        if (masking.Method != MaskingMethod.Hmac || !masking.HasKeys)
        {
            return null;
        }

        Warnings.OfKeyFiles(masking);
        var options = new LoginsOptions { Masking = masking };
        var problems = SettingsReader.Read(configuration.GetSection("AppVersion"), options.AppVersion);
        return problems.Count == 0 ? (new KeyedPiiMasker(masking), options) : throw new UsageException(problems);
    }

    /// <summary>
    /// Registers the generations that are new, as a start of the service does, and refuses keys and settings that are
    /// not the table's.
    /// </summary>
    /// <exception cref="MaskingRefusedException">
    /// The keys or the settings are not those of the table, or nothing shows that they are.
    /// </exception>
    public static async Task VerifyAsync(
        string connectionString, KeyedPiiMasker masker, LoginsOptions options, CancellationToken cancellationToken)
    {
        await using var database = DatabaseSetting.Open(connectionString);
        var table = await Verifier(masker, options).VerifyAsync(database, cancellationToken);
        Console.WriteLine(
            $"The key generations of the settings are registered: {masker.Generation}. {Describe(table)}");
    }

    /// <summary>
    /// Registers the generations for an operator who vouches for keys and settings, and prints what was done.
    /// </summary>
    public static async Task RunAsync(
        string connectionString, KeyedPiiMasker masker, LoginsOptions options, CancellationToken cancellationToken)
    {
        await using var database = DatabaseSetting.Open(connectionString);
        var (written, changes, table) = await Verifier(masker, options).RegisterAsync(database, cancellationToken);
        foreach (var change in changes)
        {
            Console.WriteLine($"Changed: {change}.");
        }

        Console.WriteLine(written.Count == 0
            ? $"All key generations are registered already: {masker.Generation}."
            : $"Key generations registered: {string.Join(", ", written)}.");
        Console.WriteLine(Describe(table));
    }

    private static string Describe(TableSettings table) =>
        $"Masked fields: {string.Join(", ", table.Fields.Select(PiiFields.Name))}; message ids: {table.MessageIds}.";

    private static StoredMasksVerifier Verifier(KeyedPiiMasker masker, LoginsOptions options) =>
        new(masker, Options.Create(options));
}
