using System.Text;
using FetchEtl.Benchmarks;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>Texts of unusual Unicode, and JSON strings with unusual escapes.</summary>
internal sealed class FuzzText(Random random)
{
    /// <summary>A part of all values and keys of all bodies. A text that contains it quotes a body.</summary>
    public const string Canary = Canaries.Mark;

    private static readonly (int From, int To)[] Alphabets =
    [
        ('a', 'z'), ('0', '9'), (' ', '/'), ('[', '`'), ('{', '~'),
        (0x01, 0x1F), (0x7F, 0xA0), (0xC0, 0xFF), (0x300, 0x36F), (0x5D0, 0x5EA), (0x627, 0x64A), (0x200B, 0x200F),
        (0x202A, 0x202E), (0x2028, 0x2029), (0x4E00, 0x4FFF), (0xE000, 0xE010), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF),
        (0xFFF9, 0xFFFD), (0x1F3FB, 0x1F3FF), (0x1F600, 0x1F64F), (0x20000, 0x20010), (0x10FFFD, 0x10FFFD),
    ];

    /// <summary>A text of so many code points, without U+0000 and without surrogates.</summary>
    public string Text(int length)
    {
        var text = new StringBuilder(length);
        while (length > 0)
        {
            var (from, to) = Alphabets[random.Next(Alphabets.Length)];
            for (var run = Math.Min(length, random.Next(1, 8)); run > 0; run--, length--)
            {
                text.Append(new Rune(random.Next(from, to + 1)));
            }
        }

        return text.ToString();
    }

    /// <summary>A text of at most so many code points, canary included. Often it has exactly so many.</summary>
    public string Personal(int index, int limit)
    {
        var canary = $"{Canary}{index}-";
        var room = limit - canary.Length;
        return canary + Text(random.Next(4) == 0 ? room : random.Next(Math.Min(room, 20) + 1));
    }

    /// <summary>The text as a JSON string, with some needless escapes.</summary>
    public string Quote(string text)
    {
        var escapes = random.Next(3) == 0 ? 0.3 : 0;
        var json = new StringBuilder("\"", text.Length + 2);
        foreach (var rune in text.EnumerateRunes())
        {
            var plain = rune.ToString();
            var must = rune.Value is '"' or '\\' or < ' ';
            if (!must && random.NextDouble() >= escapes)
            {
                json.Append(plain);
                continue;
            }

            foreach (int half in plain)
            {
                json.Append(random.Next(2) == 0 ? $"\\u{half:x4}" : $"\\u{half:X4}");
            }
        }

        return json.Append('"').ToString();
    }
}
