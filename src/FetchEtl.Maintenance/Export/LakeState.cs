using System.Text.Json;

namespace FetchEtl.Maintenance;

/// <summary>
/// What a lake holds, in memory and in its manifest. Before files are replaced, their names stand in
/// <see cref="LakePath.Pending"/>: after a kill, the next run writes them again, whatever the manifest says of them.
/// </summary>
/// <param name="store">The place.</param>
/// <param name="plan">The export.</param>
internal sealed class LakeState(ILakeStore store, LakeExportPlan plan)
{
    private readonly Dictionary<DateOnly, LakeDay> _days = [];
    private LakeDay? _undated;
    private readonly HashSet<string> _done = new(StringComparer.Ordinal);
    private readonly HashSet<string> _gone = new(StringComparer.Ordinal);
    private HashSet<string> _pending = new(StringComparer.Ordinal);
    private IReadOnlyDictionary<string, long> _listed = new Dictionary<string, long>();
    private bool _hasManifest;
    private bool _isChanged;
    private bool _isPendingStored;

    /// <summary>The lake as it is now.</summary>
    public LakeManifest Manifest => LakeManifest.Of(
        plan.AppVersionEncoding, _undated is null ? _days.Values : _days.Values.Append(_undated));

    /// <summary>The days that have files.</summary>
    public IEnumerable<DateOnly?> Days =>
        _days.Keys.Select(day => (DateOnly?)day).Concat(_undated is null ? [] : [null]);

    /// <summary>The days that have files, in the manifest or, where there is none, in the folders.</summary>
    public IReadOnlyCollection<DateOnly?> DaysOfFiles => _hasManifest
        ? [.. Days]
        : [.. _listed.Keys.Where(LakePath.IsOwn).Select(LakePath.DayOf).Distinct().Order()];

    /// <summary>Whether the files that the manifest names are as this run would write them.</summary>
    public bool HasSameForm { get; private set; }

    /// <summary>Other files in the lake's folders.</summary>
    public int ForeignFiles => _listed.Keys.Count(path =>
        !LakePath.IsOwn(path) && path[(path.LastIndexOf('/') + 1)..] is not ['_' or '.', ..]);

    /// <summary>Reads what is there.</summary>
    /// <exception cref="LakeException">The manifest cannot be read, or a part of the days is not enough.</exception>
    public async Task ReadAsync(CancellationToken cancellationToken)
    {
        _listed = await store.ListAsync(cancellationToken);
        if (await store.ReadAsync(LakePath.Pending, cancellationToken) is { } pending)
        {
            _pending = [.. PendingOf(pending) ?? _listed.Keys.Where(LakePath.IsOwn)];
            _isPendingStored = true;
        }

        if (await store.ReadAsync(LakePath.Manifest, cancellationToken) is { } json)
        {
            var manifest = LakeManifest.Parse(json);
            foreach (var day in manifest.Days)
            {
                Put(day);
            }

            HasSameForm = manifest.HasSameForm(Manifest);
            _hasManifest = true;
        }
        else if (!plan.IsWhole && _listed.Keys.Any(LakePath.IsOwn))
        {
            throw new LakeException(
                $"{store.Name} has files of an export and no {LakePath.Manifest} that names them: run without --since "
                + "and --until, which writes every file anew. It needs --drop-days where user_logins no longer has "
                + "all days, and removes those.");
        }

        if (!HasSameForm && !plan.IsWhole && Days.Any(day => !plan.Includes(day)))
        {
            throw new LakeException(
                $"{store.Name} was written in another form (other settings, or another version of fetch-etl): run "
                + "without --since and --until, which writes every file anew. It needs --drop-days where user_logins "
                + "no longer has all days, and removes those.");
        }

        _isChanged = !HasSameForm;
    }

    /// <summary>Begins to write. The manifest will claim this run's form also for files that have another.</summary>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        if (!HasSameForm)
        {
            await AnnounceAsync(_listed.Keys.Where(LakePath.IsOwn), cancellationToken);
        }
    }

    /// <summary>The files of a day; none where it has none.</summary>
    public IReadOnlyList<LakeFile> FilesOf(DateOnly? day) => Find(day)?.Files ?? [];

    /// <summary>Whether a day's files are not what the table has.</summary>
    public bool Differs(DateOnly? day, IReadOnlyList<LakeGroup> groups)
    {
        var files = FilesOf(day);
        return !HasSameForm
            || files.Count != groups.Count
            || files.Any(file => _pending.Contains(file.Path) || _listed.GetValueOrDefault(file.Path) != file.Bytes)
            || groups.Any(group => !files.Any(file =>
                file.Path == group.Path && file.Rows == group.Rows && file.Fingerprint == group.Fingerprint));
    }

    /// <summary>Names the files that are about to be replaced or removed.</summary>
    public async Task AnnounceAsync(IEnumerable<string> paths, CancellationToken cancellationToken)
    {
        var before = _pending.Count;
        _pending.UnionWith(paths);
        if (_pending.Count != before)
        {
            await WritePendingAsync(cancellationToken);
        }
    }

    /// <summary>Makes a day's files those that were just written, and removes its others.</summary>
    /// <returns>How many were removed.</returns>
    public async Task<int> ReplaceAsync(LakeDay day, CancellationToken cancellationToken)
    {
        var kept = day.Files.Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
        string[] gone = [.. FilesOf(day.CreateDate).Select(file => file.Path).Where(path => !kept.Contains(path))];
        await store.DeleteAsync(gone, cancellationToken);
        _done.UnionWith(kept);
        _done.UnionWith(gone);
        _gone.UnionWith(gone);
        Put(day);
        _isChanged = true;
        return gone.Length;
    }

    /// <summary>Writes the manifest where it changed, and then forgets what it announced for these files.</summary>
    public async Task SaveAsync(CancellationToken cancellationToken)
    {
        if (!_isChanged)
        {
            return;
        }

        await store.WriteAsync(LakePath.Manifest, Manifest.ToJson(), cancellationToken);
        _isChanged = false;
        if (_pending.Overlaps(_done))
        {
            _pending.ExceptWith(_done);
            await WritePendingAsync(cancellationToken);
        }

        _done.Clear();
    }

    /// <summary>Removes files of former runs that the manifest does not name, and what was announced.</summary>
    /// <returns>How many were removed.</returns>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var named = Manifest.Days.SelectMany(day => day.Files).Select(file => file.Path)
            .ToHashSet(StringComparer.Ordinal);
        string[] left =
        [
            .. _listed.Keys.Where(path => LakePath.IsOwn(path) && !named.Contains(path) && !_gone.Contains(path)),
        ];
        await store.DeleteAsync(left, cancellationToken);

        // What is announced for days that this run leaves as they are stays announced.
        _pending.IntersectWith(named);
        await WritePendingAsync(cancellationToken);
        return left.Length;
    }

    /// <summary>The announced files; null where a text is damaged, and any file may have been announced.</summary>
    private static IReadOnlyList<string>? PendingOf(byte[] json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, LakeJson.Default.IReadOnlyListString);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private async Task WritePendingAsync(CancellationToken cancellationToken)
    {
        if (_pending.Count > 0)
        {
            var json = JsonSerializer.SerializeToUtf8Bytes(
                [.. _pending.Order(StringComparer.Ordinal)], LakeJson.Default.IReadOnlyListString);
            await store.WriteAsync(LakePath.Pending, json, cancellationToken);
        }
        else if (_isPendingStored)
        {
            await store.DeleteAsync([LakePath.Pending], cancellationToken);
        }

        _isPendingStored = _pending.Count > 0;
    }

    private LakeDay? Find(DateOnly? day) => day is { } date ? _days.GetValueOrDefault(date) : _undated;

    private void Put(LakeDay day)
    {
        var kept = day.Files.Count > 0 ? day : null;
        if (day.CreateDate is not { } date)
        {
            _undated = kept;
        }
        else if (kept is null)
        {
            _days.Remove(date);
        }
        else
        {
            _days[date] = kept;
        }
    }
}
