using FetchEtl.Masking;

namespace FetchEtl.Service;

/// <summary>Reads the vault's private key, which command lines name.</summary>
internal static class PrivateKeyFile
{
    /// <param name="option">The option that names the file, for error texts.</param>
    /// <param name="file">The file.</param>
    /// <param name="passphraseOption">The option that names the passphrase's file.</param>
    /// <param name="passphraseFile">A file whose first line is the passphrase; null for none.</param>
    /// <exception cref="UsageException">A file cannot be read, or is none of its kind.</exception>
    public static RevealingKey Read(string option, string file, string passphraseOption, string? passphraseFile)
    {
        var current = passphraseOption;
        try
        {
            var passphrase = passphraseFile is null
                ? null
                : SecretFile.Read(passphraseFile).Split('\n')[0].TrimEnd('\r');
            if (passphraseFile is not null)
            {
                Warnings.OfFile(current, passphraseFile);
            }

            current = option;
            Warnings.OfFile(current, file);
            return RevealingKey.Read(file, passphrase);
        }
        catch (InvalidDataException exception)
        {
            throw new UsageException($"{current} {exception.Message}.");
        }
    }
}
