namespace FetchEtl.Service;

/// <summary>What a redrive did, or would do.</summary>
internal sealed class RedriveResult
{
    private readonly Dictionary<LetterFate, LetterGroups> _fates = [];

    /// <summary>Why SQS accepts no more; null where it does.</summary>
    public string? Problem { get; set; }

    /// <summary>Redriven messages whose last attributes had to give way to those that keep the identity.</summary>
    public long LostAttributes { get; set; }

    public void Add(LetterFate fate, Letter letter)
    {
        if (!_fates.TryGetValue(fate, out var groups))
        {
            _fates.Add(fate, groups = new LetterGroups());
        }

        groups.Add(letter);
    }

    public long Count(LetterFate fate) => _fates.GetValueOrDefault(fate)?.Count ?? 0;

    /// <summary>The letters of one fate by reason.</summary>
    public IReadOnlyList<LetterGroup> GroupsOf(LetterFate fate) => _fates.GetValueOrDefault(fate)?.All ?? [];
}
