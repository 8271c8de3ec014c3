using System.Security.Cryptography;
using System.Text;

namespace FetchEtl.Logins;

/// <summary>
/// The form in which the settings write a login, as a name that other processes see in <c>pg_stat_activity</c>.
/// Processes that write to one table must agree on it: else equal values have different masks, or some have no vault
/// entry.
/// </summary>
internal static class WrittenForm
{
    private const string Program = "fetch-etl";
    private const string Pattern = Program + " ________";

    // Sessions whose name an operator has set are not compared.
    private const string Others =
        $"""
        SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_activity AS s
        WHERE s.datname::text = pg_catalog.current_database()::text
            AND s.application_name::text LIKE '{Pattern}'
            AND s.application_name::text <> pg_catalog.current_setting('application_name')
            AND pg_catalog.current_setting('application_name') LIKE '{Pattern}'
        """;

    /// <summary>
    /// Names the sessions of a process: the program and 8 hex digits of SHA-256 over its settings. Keys are left out,
    /// since <c>masking_generations</c> compares them, and processes differ in them during a rotation. So are the
    /// fields, which the table may decide.
    /// </summary>
    public static string NameOf(LoginsOptions options)
    {
        var masking = options.Masking;
        string?[] settings =
        [
            Method(masking),
            masking.Former?.ToString(),
            VaultKey(masking),
            options.AppVersion.Encoding.ToString(),
        ];
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', settings)));
        return $"{Program} {Convert.ToHexStringLower(digest)[..8]}";
    }

    /// <summary>
    /// Counts the sessions of processes with other settings, as far as this role may see their names.
    /// </summary>
    /// <returns>The one number.</returns>
    public static async Task<IReadOnlyList<long>> CountOthersAsync(
        LoginDatabase database, CancellationToken cancellationToken) =>
        await database.QueryAsync(Others, static row => row.GetInt64(0), cancellationToken);

    private static string Method(MaskingOptions masking) => string.Join(',', PiiFields.All
        .Where(field => masking.MethodOf(field) != masking.Method)
        .Select(field => $"{field.Name()}={masking.MethodOf(field)}")
        .Prepend(masking.Method.ToString()));

    /// <summary>
    /// Returns <see cref="SealingKey.KeyId"/> of the vault's public key; null where there is no vault.
    /// </summary>
    public static string? VaultKey(MaskingOptions masking) =>
        masking.HasVault ? SealingKey.Read(masking.Vault.PublicKeyFile!).KeyId : null;
}
