using System.Buffers;
using System.Text.Unicode;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>A body, how it was made and what must become of it. Seed and index make it again.</summary>
/// <param name="Index">Its number.</param>
/// <param name="Recipe">How it was made, for failure texts.</param>
/// <param name="Bytes">What is sent.</param>
/// <param name="Fate">What must become of it.</param>
/// <param name="Login">What its row must hold; null where no row is certain.</param>
internal sealed record FuzzBody(int Index, string Recipe, byte[] Bytes, FuzzFate Fate, FuzzLogin? Login = null)
{
    private static readonly SearchValues<byte> ControlCharacters =
        SearchValues.Create([.. Enumerable.Range(0, ' ').Select(x => (byte)x).Except("\t\n\r"u8.ToArray())]);

    /// <summary>SQS takes UTF-8 without what XML 1.0 excludes (control characters, U+FFFE, U+FFFF), and no empty body.</summary>
    public bool FitsSqs =>
        Bytes.Length > 0 && Utf8.IsValid(Bytes) && Bytes.AsSpan().IndexOfAny(ControlCharacters) < 0
        && Bytes.AsSpan().IndexOf("\uFFFE"u8) < 0 && Bytes.AsSpan().IndexOf("\uFFFF"u8) < 0;
}
