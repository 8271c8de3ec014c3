using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace FetchEtl.Masking;

/// <summary>
/// A key of ECDSA over P-256 with SHA-256. Thread-safe: an ECDsa object serves one caller at a time and is then kept
/// for the next.
/// </summary>
/// <param name="parameters">The key; with its private part where it is to sign.</param>
internal sealed class SignatureKey(ECParameters parameters)
{
    private const DSASignatureFormat Format = DSASignatureFormat.Rfc3279DerSequence;

    private readonly ConcurrentBag<ECDsa> _idle = [];

    public byte[] Sign(ReadOnlySpan<byte> text)
    {
        var key = Take();
        var signature = key.SignData(text, HashAlgorithmName.SHA256, Format);
        _idle.Add(key);
        return signature;
    }

    /// <summary>Whether the key has signed the text. False also where the signature is no signature at all.</summary>
    public bool Verify(ReadOnlySpan<byte> text, ReadOnlySpan<byte> signature)
    {
        var key = Take();
        var isGenuine = key.VerifyData(text, signature, HashAlgorithmName.SHA256, Format);
        _idle.Add(key);
        return isGenuine;
    }

    /// <summary>Returns the public half as SubjectPublicKeyInfo in PEM, without a line end.</summary>
    public string PublicPem()
    {
        var key = Take();
        var pem = key.ExportSubjectPublicKeyInfoPem();
        _idle.Add(key);
        return pem;
    }

    /// <summary>Returns the key's public half.</summary>
    public SignatureKey PublicHalf()
    {
        var key = Take();
        var half = new SignatureKey(key.ExportParameters(includePrivateParameters: false));
        _idle.Add(key);
        return half;
    }

    private ECDsa Take() => _idle.TryTake(out var idle) ? idle : ECDsa.Create(parameters);
}
