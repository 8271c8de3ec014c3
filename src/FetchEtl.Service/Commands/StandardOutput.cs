using System.Globalization;
using System.Text;

namespace FetchEtl.Service;

/// <summary>
/// Standard output to a file or a pipe: a write that fails is an error that names standard output, and not only the
/// system's reason, such as a full disk.
/// </summary>
internal sealed class StandardOutput(TextWriter inner) : TextWriter(CultureInfo.InvariantCulture)
{
    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => Guard(() => inner.Write(value));

    public override void Write(string? value) => Guard(() => inner.Write(value));

    public override void Write(char[] buffer, int index, int count) => Guard(() => inner.Write(buffer, index, count));

    public override void WriteLine(string? value) => Guard(() => inner.WriteLine(value));

    public override void Flush() => Guard(inner.Flush);

    private static void Guard(Action write)
    {
        try
        {
            write();
        }
        catch (IOException exception)
        {
            throw new UsageException(
                $"standard output cannot be written: {exception.Message}. What the verb did until then stays done.");
        }
    }
}
