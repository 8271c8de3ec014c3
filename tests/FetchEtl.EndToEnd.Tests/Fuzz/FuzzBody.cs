using System.Buffers;
using System.Text.Unicode;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>A body, its recipe and its expected fate. Seed and index generate it again.</summary>
/// <param name="Index">The number of the body.</param>
/// <param name="Recipe">How it was generated, for failure texts.</param>
/// <param name="Bytes">The bytes to send.</param>
/// <param name="Fate">Whether it must become a row or a dead letter.</param>
/// <param name="Login">The values of its row; null where it need not become a row.</param>
internal sealed record FuzzBody(int Index, string Recipe, byte[] Bytes, FuzzFate Fate, FuzzLogin? Login = null)
{
    private static readonly SearchValues<byte> ControlCharacters =
        SearchValues.Create([.. Enumerable.Range(0, ' ').Select(x => (byte)x).Except("\t\n\r"u8.ToArray())]);

    /// <summary>
    /// Whether SQS accepts the body: not empty, in UTF-8, and without the characters that XML 1.0 excludes (control
    /// characters, U+FFFE, U+FFFF).
    /// </summary>
    public bool FitsSqs =>
        Bytes.Length > 0 && Utf8.IsValid(Bytes) && Bytes.AsSpan().IndexOfAny(ControlCharacters) < 0
        && Bytes.AsSpan().IndexOf("\uFFFE"u8) < 0 && Bytes.AsSpan().IndexOf("\uFFFF"u8) < 0;
}
