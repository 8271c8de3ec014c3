using System.Runtime.CompilerServices;
using System.Text;

namespace FetchEtl.Benchmarks;

/// <summary>
/// What happened in a schedule: always as a hash, and as text where it is asked for. Two runs of a seed have the same
/// hash when each step was the same.
/// </summary>
/// <param name="keepsText">Whether <see cref="Text"/> is kept.</param>
internal sealed class SimulationTrace(bool keepsText)
{
    private const ulong Prime = 1099511628211;

    private readonly StringBuilder _text = new();

    /// <summary>FNV-1a, 64 bits.</summary>
    public ulong Hash { get; private set; } = 14695981039346656037;

    public long Steps { get; private set; }

    public bool KeepsText => keepsText;

    public string Text => _text.ToString();

    /// <summary>Virtual time, for the lines.</summary>
    public Func<TimeSpan> Clock { get; set; } = () => TimeSpan.Zero;

    /// <summary>A choice of the scheduler.</summary>
    public void Step(int pick, int left)
    {
        Steps++;
        Mix((uint)pick);
        Mix((uint)left);
    }

    /// <summary>Something that a server or a process did.</summary>
    public void Write(FormattableString line)
    {
        Mix((ulong)Clock().Ticks);
        foreach (var argument in line.GetArguments())
        {
            Mix(argument?.ToString() ?? string.Empty);
        }

        Mix(line.Format);
        Note(line);
    }

    /// <summary>As <see cref="Write"/>, but only for the text.</summary>
    public void Note(FormattableString line)
    {
        if (keepsText)
        {
            _text.Append(Clock().ToString("hh\\:mm\\:ss\\.fff")).Append(' ');
            _text.AppendLine(FormattableString.Invariant(line));
        }
    }

    private void Mix(string text)
    {
        foreach (var letter in text)
        {
            Mix(letter);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Mix(ulong value) => Hash = (Hash ^ value) * Prime;
}
