using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace FetchEtl.Masking;

/// <summary>
/// Seals values to the vault's public key: RSA-OAEP with SHA-256 over the field's name, the mask and the value. Only
/// the <see cref="RevealingKey"/> opens them. Thread-safe: an RSA object serves one caller at a time and is then kept
/// for the next.
/// </summary>
public sealed class SealingKey
{
    private readonly ConcurrentBag<RSA> _idle = [];
    private readonly byte[] _publicKey;
    private readonly int _blockLength;
    private readonly int _blockCapacity;

    private SealingKey(RSA publicKey)
    {
        _publicKey = publicKey.ExportSubjectPublicKeyInfo();
        KeyId = SealFormat.KeyId(_publicKey);
        _blockLength = SealFormat.BlockLength(publicKey);
        _blockCapacity = SealFormat.BlockCapacity(publicKey);
    }

    /// <summary>
    /// The key's fingerprint, by which an entry names the private key that opens it: SHA-256 of the public key's
    /// SubjectPublicKeyInfo in DER. <c>openssl pkey -pubin -in FILE -outform DER | sha256sum</c> prints it.
    /// </summary>
    /// <value>64 lower-case hex digits.</value>
    public string KeyId { get; }

    /// <summary>Reads the public key from a PEM file; see <see cref="VaultOptions.PublicKeyFile"/>.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The key.</returns>
    /// <exception cref="InvalidDataException">
    /// The file cannot be read, holds a private key, or holds no RSA public key of at least 3,072 bits. The message
    /// continues a sentence that begins with the setting's name.
    /// </exception>
    public static SealingKey Read(string path)
    {
        using var publicKey = VaultPublicKey.Read(path);
        return new SealingKey(publicKey);
    }

    /// <summary>Seals a value together with its field and mask. Equal values have different seals.</summary>
    /// <param name="field">The field that holds the value.</param>
    /// <param name="mask">The value's mask.</param>
    /// <param name="value">The raw value.</param>
    /// <returns>One block for each part of the value, each as long as the key.</returns>
    public byte[] Seal(PiiField field, string mask, PersonalText value)
    {
        var text = Encoding.UTF8
            .GetBytes($"{SealFormat.Version2}{field.Name()}:{mask}:{value.Reveal()}").AsSpan();
        var count = (text.Length + _blockCapacity - 1) / _blockCapacity;
        var blocks = new byte[count * _blockLength];
        var rsa = Take();
        for (var block = 0; block < count; block++)
        {
            var part = text[..Math.Min(_blockCapacity, text.Length)];
            rsa.Encrypt(part, blocks.AsSpan(block * _blockLength), SealFormat.Padding);
            text = text[part.Length..];
        }

        _idle.Add(rsa);
        return blocks;
    }

    private RSA Take()
    {
        if (_idle.TryTake(out var idle))
        {
            return idle;
        }

        var rsa = RSA.Create();
        rsa.ImportSubjectPublicKeyInfo(_publicKey, out _);
        return rsa;
    }
}
