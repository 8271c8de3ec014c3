using System.Buffers.Binary;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using FetchEtl.Benchmarks;
using FsCheck;
using FsCheck.Fluent;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>Compares the eight-lane hashes with the hashes of .NET.</summary>
public sealed class LaneHashTests
{
    private const int MaxMessage = 55;
    private const int MaxKey = 64;

    private static readonly Config Seeded = Config.QuickThrowOnFailure.WithReplay(20260101, 1);

    [Fact]
    public void SHA_256_of_any_eight_messages_of_one_block_is_that_of_the_framework() =>
        Check.One(
            Seeded,
            Prop.ForAll(
                EightMessages(),
                messages =>
                    Hash(new UnkeyedHash(), messages)
                        .SequenceEqual(messages.Select(x => Convert.ToHexString(SHA256.HashData(x))))));

    [Fact]
    public void HMAC_of_any_eight_messages_of_one_block_under_any_key_is_that_of_the_framework() =>
        Check.One(
            Seeded,
            Prop.ForAll(
                Bytes(MaxKey).ToArbitrary(),
                EightMessages(),
                (key, messages) =>
                    Hash(new KeyedHash("any", key), messages)
                        .SequenceEqual(messages.Select(x => Convert.ToHexString(HMACSHA256.HashData(key, x))))));

    private static Arbitrary<byte[][]> EightMessages() =>
        Bytes(MaxMessage).ArrayOf(Vector256<uint>.Count).ToArbitrary();

    private static Gen<byte[]> Bytes(int max) =>
        Gen.Choose(0, max).SelectMany(length => Gen.Choose(0, 255).Select(x => (byte)x).ArrayOf(length));

    private static IEnumerable<string> Hash(ILaneHash hash, byte[][] messages)
    {
        var padded = messages.Select(Pad).ToArray();
        var block = new Vector256<uint>[Sha256Lanes.BlockWords];
        for (var i = 0; i < block.Length; i++)
        {
            block[i] = Vector256.Create([.. padded.Select(x => BinaryPrimitives.ReadUInt32BigEndian(x.AsSpan(4 * i)))]);
        }

        var digest = new Vector256<uint>[Sha256Lanes.DigestWords];
        hash.Hash(block, digest);
        return Enumerable
            .Range(0, messages.Length)
            .Select(lane => string.Concat(digest.Select(x => x[lane].ToString("X8"))));
    }

    private static byte[] Pad(byte[] message)
    {
        var block = new byte[64];
        message.CopyTo(block, 0);
        block[message.Length] = 0x80;
        BinaryPrimitives.WriteInt32BigEndian(block.AsSpan(60), 8 * message.Length);
        return block;
    }
}
