using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace FetchEtl.Masking;

/// <summary>
/// The AES permutation of single blocks under one key, as the ciphers of look-alike masks need it. Thread-safe: each
/// caller rents a lane, whose key schedule is kept for the next one.
/// </summary>
internal sealed class AesBlocks
{
    /// <summary>The bytes of a block.</summary>
    public const int Size = 16;

    /// <summary>The most blocks in one call: as many as an IPv6 address has bits.</summary>
    public const int MaxBlocks = 128;

    private readonly ConcurrentBag<Lane> _idle = [];
    private readonly byte[] _key;

    /// <exception cref="CryptographicException">The key has not 16, 24 or 32 bytes.</exception>
    public AesBlocks(ReadOnlySpan<byte> key)
    {
        _key = key.ToArray();
        _idle.Add(new Lane(this));
    }

    public Lane Rent() => _idle.TryTake(out var lane) ? lane : new Lane(this);

    private ICryptoTransform Create(bool decrypts)
    {
        // Not a way to encrypt data: the ciphers built on it give each block its own position or state.
        using var aes = Aes.Create();
        aes.Mode = CipherMode.ECB;
        aes.Padding = PaddingMode.None;
        aes.Key = _key;
        return decrypts ? aes.CreateDecryptor() : aes.CreateEncryptor();
    }

    /// <summary>One caller's instance. Disposing returns it for the next caller.</summary>
    public sealed class Lane : IDisposable
    {
        private readonly AesBlocks _owner;
        private readonly ICryptoTransform _encryptor;
        private readonly byte[] _input = new byte[MaxBlocks * Size];
        private readonly byte[] _output = new byte[MaxBlocks * Size];
        private ICryptoTransform? _decryptor;

        internal Lane(AesBlocks owner)
        {
            _owner = owner;
            _encryptor = owner.Create(decrypts: false);
        }

        /// <summary>Encrypts whole blocks in place, at most <see cref="MaxBlocks"/>, each by itself.</summary>
        public void Encrypt(Span<byte> blocks) => Transform(_encryptor, blocks);

        /// <summary>Decrypts whole blocks in place, at most <see cref="MaxBlocks"/>, each by itself.</summary>
        public void Decrypt(Span<byte> blocks)
        {
            _decryptor ??= _owner.Create(decrypts: true);
            Transform(_decryptor, blocks);
        }

        public void Dispose() => _owner._idle.Add(this);

        private void Transform(ICryptoTransform transform, Span<byte> blocks)
        {
            blocks.CopyTo(_input);
            transform.TransformBlock(_input, 0, blocks.Length, _output, 0);
            _output.AsSpan(0, blocks.Length).CopyTo(blocks);
        }
    }
}
