namespace FetchEtl.Service;

/// <summary>The letters of one reason.</summary>
/// <param name="reason">The reason.</param>
internal sealed class LetterGroup(LetterReason reason)
{
    private readonly SortedDictionary<int, long> _redrives = [];

    public LetterReason Reason => reason;

    public long Count { get; private set; }

    public DateTimeOffset? Oldest { get; private set; }

    public DateTimeOffset? Newest { get; private set; }

    public int LeastReceives { get; private set; } = int.MaxValue;

    public int MostReceives { get; private set; }

    /// <summary>How many letters were redriven how often, the fewest redrives first.</summary>
    public IReadOnlyDictionary<int, long> Redrives => _redrives;

    public void Add(Letter letter)
    {
        Count++;
        if (letter.SentAt is { } sent)
        {
            Oldest = Oldest is { } oldest && oldest <= sent ? oldest : sent;
            Newest = Newest is { } newest && newest >= sent ? newest : sent;
        }

        LeastReceives = Math.Min(LeastReceives, letter.ReceiveCount);
        MostReceives = Math.Max(MostReceives, letter.ReceiveCount);
        _redrives[letter.Redrives] = _redrives.GetValueOrDefault(letter.Redrives) + 1;
    }
}

/// <summary>Letters by reason: one summary for each, however many letters there are.</summary>
internal sealed class LetterGroups
{
    private readonly Dictionary<LetterReason, LetterGroup> _groups = [];

    public long Count { get; private set; }

    /// <summary>The groups, the largest first.</summary>
    public IReadOnlyList<LetterGroup> All => [.. _groups.Values
        .OrderByDescending(group => group.Count)
        .ThenBy(group => group.Reason.Text, StringComparer.Ordinal)];

    public void Add(Letter letter)
    {
        Count++;
        if (!_groups.TryGetValue(letter.Reason, out var group))
        {
            _groups.Add(letter.Reason, group = new LetterGroup(letter.Reason));
        }

        group.Add(letter);
    }
}
