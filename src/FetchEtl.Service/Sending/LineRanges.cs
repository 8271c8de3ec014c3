using System.Globalization;

namespace FetchEtl.Service;

/// <summary>Numbers of lines, written as <c>3,7-9,12-</c>: what to send, or what is left to send.</summary>
internal sealed class LineRanges
{
    /// <summary>All lines.</summary>
    public static readonly LineRanges All = new([(1, long.MaxValue)]);

    private static readonly string MaxText = Text($"{long.MaxValue}");

    private readonly IReadOnlyList<(long From, long To)> _ranges;

    private LineRanges(IReadOnlyList<(long From, long To)> ranges) => _ranges = ranges;

    /// <summary>The last number; <see cref="long.MaxValue"/> where it is open, 0 where there is none.</summary>
    public long Last => _ranges.Count == 0 ? 0 : _ranges[^1].To;

    /// <summary>The numbers, and what these ranges hold from a number on.</summary>
    /// <param name="numbers">Numbers below <paramref name="from"/>, in any order.</param>
    /// <param name="from">The first number of the rest; null for no rest.</param>
    public LineRanges Left(IEnumerable<long> numbers, long? from)
    {
        var ranges = new List<(long From, long To)>();
        foreach (var number in numbers.Order())
        {
            Add(number, number);
        }

        foreach (var (first, last) in _ranges.Where(range => range.To >= from))
        {
            Add(Math.Max(first, from!.Value), last);
        }

        return new LineRanges(ranges);

        void Add(long first, long last)
        {
            if (ranges is [.., var before] && before.To + 1 == first)
            {
                ranges[^1] = (before.From, last);
            }
            else
            {
                ranges.Add((first, last));
            }
        }
    }

    /// <summary>
    /// The numbers behind the end of an input. An open range that begins right behind the end is what a send that was
    /// stopped there names, and asks for nothing.
    /// </summary>
    /// <returns>Null where there are none.</returns>
    public LineRanges? Beyond(long end)
    {
        var beyond = _ranges
            .Where(range => range.To == long.MaxValue ? range.From > end + 1 : range.To > end)
            .Select(range => (Math.Max(range.From, end + 1), range.To))
            .ToList();
        return beyond.Count == 0 ? null : new LineRanges(beyond);
    }

    /// <summary>Reads ranges in ascending order.</summary>
    public static bool TryParse(string text, out LineRanges ranges)
    {
        var parsed = new List<(long From, long To)>();
        ranges = All;
        foreach (var part in text.Split(','))
        {
            var ends = part.Split('-');
            if (ends.Length > 2
                || !TryRead(ends[0], out var from)
                || !TryRead(ends[^1].Length == 0 ? MaxText : ends[^1], out var to)
                || from < 1 || to < from || (parsed is [.., var before] && from <= before.To))
            {
                return false;
            }

            parsed.Add((from, to));
        }

        ranges = new LineRanges(parsed);
        return true;
    }

    public bool Contains(long number) => _ranges.Any(range => number >= range.From && number <= range.To);

    public override string ToString() => string.Join(',', _ranges.Select(range => range switch
    {
        (var from, long.MaxValue) => Text($"{from}-"),
        var (from, to) when from == to => Text($"{from}"),
        var (from, to) => Text($"{from}-{to}"),
    }));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static bool TryRead(string text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
