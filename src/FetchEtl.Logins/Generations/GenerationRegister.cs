namespace FetchEtl.Logins;

/// <summary>What the rows of <c>masking_generations</c> say to a process with certain keys.</summary>
/// <remarks>
/// A row counts only where its MAC shows that a holder of the keys wrote it. So a role that may write to the table, but
/// has no key, can neither stop a process with the right keys by a new row nor let one with wrong keys pass by changing
/// a row.
/// </remarks>
internal sealed class GenerationRegister
{
    private readonly List<int> _missing = [];
    private readonly List<int> _older = [];

    // Recorded with neither check nor MAC: the migration found their masks.
    private readonly List<int> _unconfirmed = [];

    private readonly List<int> _changed = [];
    private readonly Dictionary<int, PinnedSettings> _pinned = [];
    private readonly Dictionary<int, PinnedSettings> _claimed = [];
    private readonly List<int> _ignored = [];
    private readonly List<string> _wrongKeys = [];
    private readonly string _table;

    private GenerationRegister(LoginTables tables) => _table = tables.ToString();

    /// <summary>The generations without a row.</summary>
    public IReadOnlyList<int> Missing => _missing;

    /// <summary>The generations whose check is right and which have no settings: an older version wrote them.</summary>
    public IReadOnlyList<int> Older => _older;

    /// <summary>The settings that a holder of the keys wrote, by generation.</summary>
    public IReadOnlyDictionary<int, PinnedSettings> Pinned => _pinned;

    /// <summary>The settings of rows with the right check that no holder of the keys wrote as they are.</summary>
    public IReadOnlyDictionary<int, PinnedSettings> Claimed => _claimed;

    /// <summary>The generations whose row is not as a holder of the keys wrote it.</summary>
    public IReadOnlyList<int> Changed => _changed;

    /// <summary>The later generations whose row cannot be verified.</summary>
    public IReadOnlyList<int> Ignored => _ignored;

    /// <summary>The keys that are wrong or missing, with the remedy.</summary>
    public IReadOnlyList<string> WrongKeys => _wrongKeys;

    /// <summary>All that forbids to write masks, with the remedy.</summary>
    public IReadOnlyList<string> Problems =>
    [
        .. _wrongKeys,
        .. _unconfirmed.Select(generation =>
            $"{_table} holds masks of generation {generation}, and masking_generations has no check of its key: " +
            $"make sure that {Setting(generation)} is that key, and run 'fetch-etl keys register'."),
        .. _changed.Select(ChangedRow),
    ];

    /// <summary>The problem of a row that is not as a holder of the keys wrote it.</summary>
    public static string ChangedRow(int generation) =>
        $"The row of generation {generation} in masking_generations was changed by somebody without the keys: " +
        $"make sure that {Setting(generation)} is right, and run 'fetch-etl keys register', which writes it again.";

    /// <param name="rows">The rows from generation 1, in their order.</param>
    /// <param name="masker">The keys.</param>
    /// <param name="tables">The names of the tables, for the texts.</param>
    public static GenerationRegister Judge(
        IReadOnlyList<MaskingGeneration> rows, KeyedPiiMasker masker, LoginTables tables)
    {
        var register = new GenerationRegister(tables);
        var known = rows.ToDictionary(row => row.Generation);
        register.JudgeLater(known, masker);
        var previousIsRight = false;
        for (var generation = 1; generation <= masker.Generation; generation++)
        {
            previousIsRight = register.Judge(
                generation, known.GetValueOrDefault(generation), masker, previousIsRight);
        }

        return register;
    }

    private static string Setting(int generation) =>
        $"Masking:Keys:{generation - 1} (or Masking:KeyFiles:{generation - 1})";

    private string KeyElsewhere(int generation, int place) =>
        $"{Setting(generation)} is not the key of generation {generation} in {_table}, and {Setting(place)} is: " +
        "set the keys in the order in which they were added.";

    /// <summary>A new key is added behind the old ones; it never takes the place of one.</summary>
    private string WrongKey(int generation, int newest)
    {
        var former = generation == 1 ? ", and Masking:Former and Masking:Salt as they were" : string.Empty;
        return $"{Setting(generation)} is not the key of generation {generation} in {_table}: " +
            $"set that key{former}. A new key is added as Masking:Keys:{newest} (or Masking:KeyFiles:{newest}). " +
            $"Where the old key is lost, use another database, or empty {_table}, pii_vault and masking_generations.";
    }

    /// <returns>Whether the row shows that the key is right.</returns>
    private bool Judge(int generation, MaskingGeneration? row, KeyedPiiMasker masker, bool previousIsRight)
    {
        switch (row)
        {
            case null:
                _missing.Add(generation);
                return false;
            case var _ when row.Mac == masker.GenerationMac(generation, row.Settings):
                JudgeSettings(generation, row.Settings);
                return true;
            case var _ when row.KeyCheck == masker.KeyCheck(generation):
                JudgeUnsigned(generation, row);
                return true;
            case { KeyCheck: null, Mac: null }:
                _unconfirmed.Add(generation);
                return false;
            // The key before verifies the row, so a MAC that does not fit is not a sign of a wrong key.
            case { Mac: not null } when previousIsRight
                && !masker.IsGenuine(generation, row.KeyCheck, row.Mac, row.Settings) && row.KeyCheck is not null:
                _changed.Add(generation);
                return false;
            default:
                _wrongKeys.Add(Enumerable.Range(1, masker.Generation).FirstOrDefault(
                    other => row.KeyCheck is not null && row.KeyCheck == masker.KeyCheck(other)) is var place and > 0
                    ? KeyElsewhere(generation, place)
                    : WrongKey(generation, masker.Generation));
                return false;
        }
    }

    private void JudgeSettings(int generation, string? settings)
    {
        if (settings is null)
        {
            _older.Add(generation);
        }
        else if (PinnedSettings.TryParse(settings, out var pinned))
        {
            _pinned[generation] = pinned;
        }
        else
        {
            _wrongKeys.Add(
                $"The settings of generation {generation} in masking_generations were written by a later version of " +
                "FetchEtl: use that version for this process too.");
        }
    }

    /// <summary>
    /// The key is right and the MAC is not. Rows from before the MACs have neither MAC nor settings. Settings without
    /// their MAC are ignored, unless this process would write the same.
    /// </summary>
    private void JudgeUnsigned(int generation, MaskingGeneration row)
    {
        if (row is { Settings: null, Mac: null })
        {
            _older.Add(generation);
        }
        else if (PinnedSettings.TryParse(row.Settings, out var claimed))
        {
            _claimed[generation] = claimed;
        }
        else
        {
            _changed.Add(generation);
        }
    }

    private void JudgeLater(Dictionary<int, MaskingGeneration> known, KeyedPiiMasker masker)
    {
        var newest = masker.Generation;
        if (known.GetValueOrDefault(newest + 1) is { } next
            && masker.IsGenuine(newest + 1, next.KeyCheck, next.Mac, next.Settings))
        {
            while (known.ContainsKey(newest + 1))
            {
                newest++;
            }

            _wrongKeys.Add(
                $"{_table} holds masks of generation {newest}, and Masking:Keys and Masking:KeyFiles give " +
                $"{masker.Generation}: add the keys that are missing, in their order.");
        }

        _ignored.AddRange(known.Keys.Where(generation => generation > newest).Order());
    }
}
