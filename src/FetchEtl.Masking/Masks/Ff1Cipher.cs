using System.Buffers.Binary;
using System.Numerics;

namespace FetchEtl.Masking;

/// <summary>
/// FF1 of NIST SP 800-38G, revision 1: encrypts a text of digits to a text of as many digits, under a key and a tweak.
/// </summary>
/// <param name="key">16, 24 or 32 bytes.</param>
/// <param name="radix">The number of different digits, 2 to 256.</param>
internal sealed class Ff1Cipher(ReadOnlySpan<byte> key, int radix = 10)
{
    private const int Rounds = 10;

    /// <summary>Up to this many bits, a round adds 8 bytes to half of a text, and 64 bits hold either.</summary>
    private const int MostBitsOfUInt64 = 32;

    /// <summary>Up to this many bits, a round adds at most 16 bytes to half of a text.</summary>
    private const int MostBitsOfUInt128 = 96;

    private const int StackLimit = 256;

    private readonly AesBlocks _aes = new(key);

    /// <summary>Encrypts digits in place.</summary>
    /// <param name="digits">At least two digits, each below the radix.</param>
    /// <param name="tweak">Any bytes. Equal digits under different tweaks have unrelated results.</param>
    public void Encrypt(Span<byte> digits, ReadOnlySpan<byte> tweak) => Run(digits, tweak, decrypts: false);

    /// <summary>Reverses <see cref="Encrypt"/> in place.</summary>
    /// <param name="digits">The digits.</param>
    /// <param name="tweak">The tweak that they were encrypted under.</param>
    public void Decrypt(Span<byte> digits, ReadOnlySpan<byte> tweak) => Run(digits, tweak, decrypts: true);

    private void Run(Span<byte> digits, ReadOnlySpan<byte> tweak, bool decrypts)
    {
        if (digits.Length < 2)
        {
            throw new ArgumentException("has fewer than two digits", nameof(digits));
        }

        foreach (var digit in digits)
        {
            if (digit >= radix)
            {
                throw new ArgumentException("has a digit outside the radix", nameof(digits));
            }
        }

        // One bit below the limits, so that rounding cannot pass them.
        var bits = Math.Log2(radix) * ((digits.Length + 1) / 2);
        if (bits < MostBitsOfUInt64 - 1)
        {
            Run<ulong>(digits, tweak, decrypts);
        }
        else if (bits < MostBitsOfUInt128 - 1)
        {
            Run<UInt128>(digits, tweak, decrypts);
        }
        else
        {
            Run<BigInteger>(digits, tweak, decrypts);
        }
    }

    private void Run<T>(Span<byte> digits, ReadOnlySpan<byte> tweak, bool decrypts)
        where T : IBinaryInteger<T>
    {
        var u = digits.Length / 2;
        var modulus = (Even: Power<T>(u), Odd: Power<T>(digits.Length - u));
        var halfLength = ((modulus.Odd - T.One).GetShortestBitLength() + 7) / 8;
        var sumLength = (4 * ((halfLength + 3) / 4)) + 4;
        var messageLength = RoundUp(tweak.Length + 1 + halfLength);
        var size = AesBlocks.Size + messageLength + RoundUp(sumLength) + halfLength + AesBlocks.Size;
        Span<byte> room = size <= StackLimit ? stackalloc byte[StackLimit] : new byte[size];
        var state = new State(room[..size], messageLength, RoundUp(sumLength), halfLength);
        using var lane = _aes.Rent();
        Begin(lane, state, digits.Length, tweak);

        var a = Read<T>(digits[..u]);
        var b = Read<T>(digits[u..]);
        for (var step = 0; step < Rounds; step++)
        {
            var round = decrypts ? Rounds - 1 - step : step;
            var m = round % 2 == 0 ? modulus.Even : modulus.Odd;
            var y = T.ReadBigEndian(Sum(lane, state, round, decrypts ? a : b)[..sumLength], isUnsigned: true) % m;
            (a, b) = decrypts ? ((b + (m - y)) % m, a) : (b, (a + y) % m);
        }

        Write(a, digits[..u]);
        Write(b, digits[u..]);
    }

    /// <summary>
    /// Chains what is the same in all rounds: the block that names the parameters, and the blocks of the tweak that the
    /// round's number and half do not reach.
    /// </summary>
    private void Begin(AesBlocks.Lane lane, State state, int length, ReadOnlySpan<byte> tweak)
    {
        ReadOnlySpan<byte> parameters =
            [1, 2, 1, (byte)(radix >> 16), (byte)(radix >> 8), (byte)radix, Rounds, (byte)(length / 2)];
        parameters.CopyTo(state.Chain);
        BinaryPrimitives.WriteInt32BigEndian(state.Chain[8..], length);
        BinaryPrimitives.WriteInt32BigEndian(state.Chain[12..], tweak.Length);
        lane.Encrypt(state.Chain);
        tweak.CopyTo(state.Message);
        Chain(lane, state.Chain, state.Message[..state.FirstOfRound]);
    }

    /// <summary>Returns the pseudorandom bytes that a round adds to one half, computed from the other.</summary>
    private static Span<byte> Sum<T>(AesBlocks.Lane lane, State state, int round, T half)
        where T : IBinaryInteger<T>
    {
        var place = state.Message.Length - state.HalfLength;
        state.Message[place - 1] = (byte)round;
        var bytes = state.Message[place..];
        bytes.Clear();
        half.TryWriteBigEndian(state.Scratch, out var written);
        var shown = state.Scratch[..written];
        shown = shown[Math.Max(0, written - bytes.Length)..];
        shown.CopyTo(bytes[^shown.Length..]);

        var sum = state.Sum;
        state.Chain.CopyTo(sum);
        Chain(lane, sum[..AesBlocks.Size], state.Message[state.FirstOfRound..]);
        for (var block = 1; block * AesBlocks.Size < sum.Length; block++)
        {
            var next = sum.Slice(block * AesBlocks.Size, AesBlocks.Size);
            sum[..AesBlocks.Size].CopyTo(next);
            next[^1] ^= (byte)block;
            next[^2] ^= (byte)(block >> 8);
            lane.Encrypt(next);
        }

        return sum;
    }

    private static void Chain(AesBlocks.Lane lane, Span<byte> chain, ReadOnlySpan<byte> blocks)
    {
        for (; !blocks.IsEmpty; blocks = blocks[AesBlocks.Size..])
        {
            for (var place = 0; place < AesBlocks.Size; place++)
            {
                chain[place] ^= blocks[place];
            }

            lane.Encrypt(chain);
        }
    }

    private T Power<T>(int exponent)
        where T : IBinaryInteger<T>
    {
        var power = T.One;
        for (; exponent > 0; exponent--)
        {
            power *= T.CreateChecked(radix);
        }

        return power;
    }

    private T Read<T>(ReadOnlySpan<byte> digits)
        where T : IBinaryInteger<T>
    {
        var value = T.Zero;
        foreach (var digit in digits)
        {
            value = (value * T.CreateChecked(radix)) + T.CreateChecked(digit);
        }

        return value;
    }

    private void Write<T>(T value, Span<byte> digits)
        where T : IBinaryInteger<T>
    {
        var size = T.CreateChecked(radix);
        for (var place = digits.Length - 1; place >= 0; place--)
        {
            (value, var digit) = T.DivRem(value, size);
            digits[place] = byte.CreateChecked(digit);
        }
    }

    private static int RoundUp(int length) => (length + AesBlocks.Size - 1) / AesBlocks.Size * AesBlocks.Size;

    /// <summary>The bytes of one run.</summary>
    private readonly ref struct State(Span<byte> room, int messageLength, int sumLength, int halfLength)
    {
        private readonly Span<byte> _room = room;

        /// <summary>The chain after the blocks that all rounds have in common.</summary>
        public Span<byte> Chain => _room[..AesBlocks.Size];

        /// <summary>The tweak, zeros, the round's number and the half that the round depends on.</summary>
        public Span<byte> Message => _room.Slice(AesBlocks.Size, messageLength);

        /// <summary>What a round adds.</summary>
        public Span<byte> Sum => _room.Slice(AesBlocks.Size + messageLength, sumLength);

        /// <summary>Room for a half as the number type writes it.</summary>
        public Span<byte> Scratch => _room[(AesBlocks.Size + messageLength + sumLength)..];

        /// <summary>The bytes of a half.</summary>
        public int HalfLength => halfLength;

        /// <summary>Where the blocks begin that differ from round to round.</summary>
        public int FirstOfRound => (messageLength - halfLength - 1) / AesBlocks.Size * AesBlocks.Size;
    }
}
