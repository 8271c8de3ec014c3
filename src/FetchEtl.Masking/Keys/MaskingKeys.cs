using System.Security.Cryptography;

namespace FetchEtl.Masking;

/// <summary>Masking keys as settings hold them: base64 texts.</summary>
public static class MaskingKeys
{
    private const string Remedy = "make one with 'fetch-etl keys new'";

    /// <summary>Creates a new key for <see cref="MaskingOptions.Keys"/>.</summary>
    /// <returns>The base64 text of 32 random bytes. It is a secret.</returns>
    public static string Create() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(MaskingOptions.MinKeyBytes));

    /// <summary>Reads the keys and reports every problem at once.</summary>
    /// <param name="options">Where the keys are.</param>
    /// <param name="section">The path of the settings' section, which begins every key in the problems.</param>
    /// <param name="report">
    /// Receives each problem by its setting's name, never with a key or a text that might be one.
    /// </param>
    /// <returns>The keys by generation, the first one first; complete only where no problem was reported.</returns>
    internal static IReadOnlyList<byte[]> Read(MaskingOptions options, string section, Action<string> report)
    {
        var count = Math.Max(options.Keys.Count, options.KeyFiles.Count);
        if (count == 0)
        {
            report($"{section}:Keys is empty, and without a key nothing is masked: {Remedy}, and set it as " +
                $"{section}:Keys:0.");
        }

        var keys = new List<byte[]>();
        var newest = string.Empty;
        for (var index = 0; index < count; index++)
        {
            if (Find(options, index, section, report) is not var (setting, text))
            {
                continue;
            }

            var key = Pinned(text.Length);
            if (IsReference(text))
            {
                report($"{setting} names a key in AWS, which only the program fetch-etl asks for: set the key's " +
                    "base64 text here.");
            }
            else if (!Convert.TryFromBase64String(text, key, out var length))
            {
                report($"{setting} is not base64: {Remedy}.");
            }
            else if (length < MaskingOptions.MinKeyBytes)
            {
                report($"{setting} has {length} bytes, {MaskingOptions.MinKeyBytes} or more are needed: {Remedy}.");
            }
            else if (keys.Exists(other => other.AsSpan().SequenceEqual(key.AsSpan(0, length))))
            {
                report($"{setting} repeats an earlier key: every generation needs one of its own; {Remedy}.");
            }
            else
            {
                var exact = Pinned(length);
                key.AsSpan(0, length).CopyTo(exact);
                keys.Add(exact);
                newest = setting;
            }

            CryptographicOperations.ZeroMemory(key);
        }

        // A strong newest key protects all masks once they are rekeyed, so earlier keys may stay as they are.
        if (keys.Count == count && count > 0 && WeakKey.Reason(keys[^1]) is { } reason)
        {
            report($"{newest} {reason}: make one with 'fetch-etl keys new'. Where a table has masks under it, " +
                $"leave it there and set the new one as {section}:Keys:{count}, then run 'fetch-etl rekey'.");
        }

        return keys;
    }

    /// <summary>Erases keys that are no longer needed.</summary>
    internal static void Erase(IReadOnlyList<byte[]> keys)
    {
        foreach (var key in keys)
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>Memory that the garbage collector does not move, so that no copy stays behind.</summary>
    private static byte[] Pinned(int length) => GC.AllocateUninitializedArray<byte>(length, pinned: true);

    /// <summary>How the program's settings name a key in AWS KMS or Systems Manager.</summary>
    private static bool IsReference(string text) =>
        text.TrimStart() is var start
        && (start.StartsWith("kms:", StringComparison.Ordinal) || start.StartsWith("ssm:", StringComparison.Ordinal));

    private static (string Setting, string Text)? Find(
        MaskingOptions options, int index, string section, Action<string> report)
    {
        var text = At(options.Keys, index);
        var file = At(options.KeyFiles, index);
        switch (text, file)
        {
            case (not null, not null):
                report(
                    $"{section}:Keys:{index} and {section}:KeyFiles:{index} are both set, and a generation has one " +
                    "key: remove one of them.");
                return null;

            case (null, null):
                report(
                    $"{section}:Keys:{index} is missing: an index is a key's generation, so none may be left out; " +
                    $"set it, or {section}:KeyFiles:{index}.");
                return null;

            case (not null, null):
                return ($"{section}:Keys:{index}", text);

            default:
                try
                {
                    return ($"{section}:KeyFiles:{index}", SecretFile.Read(file!));
                }
                catch (InvalidDataException unreadable)
                {
                    report($"{section}:KeyFiles:{index} {unreadable.Message}: name a file that holds the key's " +
                        "base64 text.");
                    return null;
                }
        }
    }

    private static string? At(IList<string> texts, int index) =>
        index < texts.Count && !string.IsNullOrEmpty(texts[index]) ? texts[index] : null;
}
