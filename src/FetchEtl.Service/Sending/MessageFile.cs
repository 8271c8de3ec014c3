using System.Runtime.CompilerServices;
using System.Text;
using FetchEtl.Sqs;

namespace FetchEtl.Service;

/// <summary>A file of messages: each line is one body; empty lines are skipped.</summary>
internal static class MessageFile
{
    private static readonly UTF8Encoding StrictUtf8 =
        new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Opens the file that <c>--file</c> names, or standard input.</summary>
    /// <exception cref="UsageException">It cannot be read.</exception>
    public static Stream OpenFile(FileInfo file)
    {
        if (file.ToString() == StandardInput.Name)
        {
            StandardInput.Open("messages");
            return Console.OpenStandardInput();
        }

        try
        {
            return Directory.Exists(file.FullName) ? throw new IOException("It is a folder.") : file.OpenRead();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--file {file} cannot be read: {exception.Message}");
        }
    }

    /// <summary>Reads the bodies.</summary>
    /// <exception cref="UsageException">
    /// The file cannot be read, or a line cannot be sent; the message names it and does not quote it.
    /// </exception>
    public static IEnumerable<string> Read(FileInfo file)
    {
        using var reader = Open(OpenFile(file));
        for (var number = 1L; reader.ReadLine() is { } text; number++)
        {
            if (Parse(number, text) is { } line)
            {
                yield return line.Body ?? throw new UsageException($"{file}, line {number}: {line.Problem}.");
            }
        }
    }

    /// <summary>Reads the lines, and goes on after one that cannot be sent.</summary>
    /// <param name="stream">The file, or standard input. It is disposed at the end.</param>
    /// <param name="cancellationToken">Ends the wait for a line.</param>
    public static async IAsyncEnumerable<MessageLine> ReadLinesAsync(
        Stream stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var reader = Open(stream);
        for (var number = 1L;
            await StandardInput.ReadLineAsync(reader, cancellationToken) is { } text;
            number++)
        {
            if (Parse(number, text) is { } line)
            {
                yield return line;
            }
        }
    }

    /// <summary>
    /// The bytes of a line arrive as a text of Latin 1, so that a line that is not UTF-8 can be named: a decoder of the
    /// whole file reads ahead.
    /// </summary>
    private static StreamReader Open(Stream stream) =>
        new(stream, Encoding.Latin1, detectEncodingFromByteOrderMarks: false);

    private static MessageLine? Parse(long number, string text)
    {
        try
        {
            var body = StrictUtf8.GetString(Encoding.Latin1.GetBytes(text)).TrimStart('\ufeff');
            return string.IsNullOrWhiteSpace(body) ? null
                : text.Length > SqsLimits.MessageBytes ? new MessageLine(number, null, "is longer than SQS's 1 MiB")
                : new MessageLine(number, body);
        }
        catch (DecoderFallbackException)
        {
            return new MessageLine(number, null, "is not UTF-8");
        }
    }
}
