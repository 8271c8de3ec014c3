using System.Text;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>Changes bytes at random. The result may still be a login, or UTF-8, or neither.</summary>
internal sealed class FuzzMutation(Random random)
{
    private static readonly byte[][] Tokens =
    [
        .. new[]
        {
            "{", "}", "[", "]", ":", ",", "\"", "\\", "\\u0000", "\\ud800", "\\", "null", "true", "-", "1e99", "/*",
            "//", "\uFEFF", "\u202E", "😀", "\u0301", "\"user_id\":", "\"ip\":null,", "\n", "\0", "\u001b", "canary-",
        }.Select(Encoding.UTF8.GetBytes),

        // Not UTF-8: overlong forms of U+0000 and '/', half a surrogate pair, a code point past U+10FFFF, a sequence
        // without its end, a sequence without its start.
        [0xC0, 0x80], [0xE0, 0x80, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], [0xBF], [0xFF],
    ];

    public byte[] Mutate(byte[] body, byte[] other)
    {
        var bytes = new List<byte>(body);
        for (var times = random.Next(1, random.Next(3) == 0 ? 12 : 3); times > 0; times--)
        {
            var at = random.Next(bytes.Count + 1);
            var length = Math.Min(bytes.Count - at, random.Next(1, 20));
            switch (random.Next(7))
            {
                case 0 when at < bytes.Count:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1 when at < bytes.Count:
                    bytes[at] = (byte)random.Next(' ', 127);
                    break;
                case 2:
                    bytes.RemoveRange(at, length);
                    break;
                case 3:
                    bytes.InsertRange(random.Next(bytes.Count + 1), bytes.GetRange(at, length));
                    break;
                case 4:
                    bytes.RemoveRange(at, bytes.Count - at);
                    bytes.AddRange(other.AsSpan(random.Next(other.Length)));
                    break;
                default:
                    bytes.InsertRange(at, Tokens[random.Next(Tokens.Length)]);
                    break;
            }
        }

        return [.. bytes];
    }

    public byte[] Noise()
    {
        var bytes = new byte[random.Next(1, 200)];
        random.NextBytes(bytes);
        return bytes;
    }
}
