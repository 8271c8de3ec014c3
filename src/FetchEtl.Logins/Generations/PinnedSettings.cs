using System.Diagnostics.CodeAnalysis;

namespace FetchEtl.Logins;

/// <summary>
/// The settings that decide what a login becomes in the table, as <c>masking_generations.settings</c> holds them. Each
/// value has exactly one text. The methods are those of one generation; all else is the same in every generation.
/// </summary>
/// <param name="Fields">The masked fields, in the order of <see cref="PiiFields.All"/>.</param>
/// <param name="Methods">The method of each field of <see cref="PiiFields.All"/>, in that order.</param>
/// <param name="Versions">How versions are encoded.</param>
/// <param name="MessageIds">The form of message ids.</param>
/// <param name="VaultKey">The fingerprint of the vault's public key; null where there is no vault.</param>
internal sealed record PinnedSettings(
    IReadOnlyList<PiiField> Fields,
    IReadOnlyList<MaskingMethod> Methods,
    AppVersionEncoding Versions,
    MessageIdForm MessageIds,
    string? VaultKey)
{
    private const string Format = "v1";
    private const string None = "none";

    /// <summary>The hex digits of SHA-256, as in <see cref="SealingKey.KeyId"/>.</summary>
    private const int KeyIdLength = 64;

    /// <summary>Returns the settings of a process, with what the table decides.</summary>
    public static PinnedSettings Of(
        LoginsOptions options, IReadOnlyList<PiiField> fields, MessageIdForm messageIds, string? vaultKey) =>
        new(
            fields,
            [.. PiiFields.All.Select(options.Masking.MethodOf)],
            options.AppVersion.Encoding,
            messageIds,
            vaultKey);

    /// <summary>Returns the method by which a generation masks a field.</summary>
    public MaskingMethod MethodOf(PiiField field) => Methods[(int)field];

    /// <summary>Returns the names of the masked fields.</summary>
    public string FieldNames() => string.Join(", ", Fields.Select(PiiFields.Name));

    /// <summary>Reads a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="settings">The settings; null where the text is not one that this version writes.</param>
    /// <returns>False for a text of another version, and for any other text.</returns>
    public static bool TryParse(string? text, [NotNullWhen(true)] out PinnedSettings? settings)
    {
        settings = null;
        var parts = text?.Split(';') ?? [];
        if (parts.Length != PiiFields.All.Count + 5)
        {
            return false;
        }

        var values = parts.Select(part => part[(part.IndexOf('=', StringComparison.Ordinal) + 1)..]).ToArray();
        var fields = PiiFields.All.Where(field => values[1].Split(',').Contains(field.Name())).ToList();
        var methods = PiiFields.All.Select((_, place) => Parse<MaskingMethod>(values[place + 2])).ToList();
        if (Parse<AppVersionEncoding>(values[^3]) is not { } versions
            || Parse<MessageIdForm>(values[^2]) is not { } messageIds
            || methods.Contains(null))
        {
            return false;
        }

        var vaultKey = values[^1] == None ? null : values[^1];
        if (vaultKey is not null && (vaultKey.Length != KeyIdLength || !vaultKey.All(char.IsAsciiHexDigitLower)))
        {
            return false;
        }

        var read = new PinnedSettings(
            fields, [.. methods.Select(method => method!.Value)], versions, messageIds, vaultKey);
        if (read.ToString() != text)
        {
            return false;
        }

        settings = read;
        return true;
    }

    /// <summary>Returns the text that <see cref="TryParse"/> reads.</summary>
    public override string ToString() => string.Join(
        ';',
        [
            Format,
            $"fields={string.Join(',', Fields.Select(PiiFields.Name))}",
            .. PiiFields.All.Select(field => $"{field.Name()}={MethodOf(field)}"),
            $"versions={Versions}",
            $"message_ids={MessageIds}",
            $"vault={VaultKey ?? None}",
        ]);

    private static T? Parse<T>(string text)
        where T : struct, Enum =>
        Enum.TryParse<T>(text, out var value) && Enum.IsDefined(value) ? value : null;
}
