using System.Text;

namespace FetchEtl.Service;

/// <summary>A file of messages: each line is one body; empty lines are skipped.</summary>
internal static class MessageFile
{
    private static readonly UTF8Encoding StrictUtf8 =
        new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="DecoderFallbackException">The file is not UTF-8.</exception>
    public static IEnumerable<string> Read(FileInfo file) =>
        File.ReadLines(file.FullName, StrictUtf8).Where(x => !string.IsNullOrWhiteSpace(x));
}
