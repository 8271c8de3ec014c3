using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace FetchEtl.Logins;

/// <summary>
/// Seals values to the vault's public key, in the <see cref="SealFormat"/>. Thread-safe: an RSA object serves one caller at a
/// time and is kept for the next.
/// </summary>
internal sealed class SealingKey
{
    private readonly ConcurrentBag<RSA> _idle = [];
    private readonly byte[] _publicKey;
    private readonly int _blockLength;
    private readonly int _blockCapacity;

    /// <param name="publicKey">Copied, not kept.</param>
    public SealingKey(RSA publicKey)
    {
        _publicKey = publicKey.ExportSubjectPublicKeyInfo();
        _blockLength = SealFormat.BlockLength(publicKey);
        _blockCapacity = SealFormat.BlockCapacity(publicKey);
    }

    public byte[] Seal(PiiField field, PersonalText value)
    {
        var prefix = SealFormat.Prefix(field.Name());
        var text = Encoding.UTF8.GetBytes(value.Reveal()).AsSpan();
        var room = _blockCapacity - prefix.Length;
        var count = Math.Max(1, (text.Length + room - 1) / room);
        var blocks = new byte[count * _blockLength];
        var plain = new byte[_blockCapacity];
        prefix.CopyTo(plain, 0);

        var rsa = Take();
        for (var block = 0; block < count; block++)
        {
            var part = text.Slice(block * room, Math.Min(room, text.Length - (block * room)));
            part.CopyTo(plain.AsSpan(prefix.Length));
            rsa.Encrypt(plain.AsSpan(0, prefix.Length + part.Length), blocks.AsSpan(block * _blockLength), SealFormat.Padding);
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
