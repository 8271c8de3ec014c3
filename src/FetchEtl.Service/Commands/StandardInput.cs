namespace FetchEtl.Service;

/// <summary>
/// Standard input, read so that a stop ends the wait. <see cref="Console.In"/> ignores a cancellation until a line
/// arrives. The thread that still waits then does not keep the process from ending.
/// </summary>
internal static class StandardInput
{
    /// <summary>The file name that means standard input.</summary>
    public const string Name = "-";

    /// <summary>Reads a line; null at the end.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Task<string?> ReadLineAsync(CancellationToken cancellationToken) =>
        ReadLineAsync(Console.In, cancellationToken);

    /// <summary>As <see cref="ReadLineAsync(CancellationToken)"/>, for a reader over standard input.</summary>
    public static Task<string?> ReadLineAsync(TextReader reader, CancellationToken cancellationToken) =>
        Task.Run(reader.ReadLine, cancellationToken).WaitAsync(cancellationToken);

    /// <summary>
    /// Checks that there is an input. At a terminal, says what is expected there: nothing else shows that a verb waits.
    /// </summary>
    /// <param name="what">What a line holds, in the plural.</param>
    /// <exception cref="UsageException">Standard input is closed.</exception>
    public static void Open(string what)
    {
        if (InputDescriptor.IsClosed())
        {
            throw new UsageException(
                $"standard input is closed, and {what} are read from it: give it a file or a pipe.");
        }

        if (!Console.IsInputRedirected)
        {
            StandardError.WriteLine($"fetch-etl: reads {what} from the terminal, one a line. Ctrl+D ends the input.");
        }
    }
}
