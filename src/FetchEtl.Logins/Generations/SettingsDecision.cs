namespace FetchEtl.Logins;

/// <summary>
/// Compares the settings of a process with those that the table's generations record, and decides what each generation
/// is to record.
/// </summary>
internal sealed class SettingsDecision
{
    private const string Vouch =
        "set it as it was, or run 'fetch-etl keys register' with the new setting, which vouches for the change; rows " +
        "that are there stay as they are";

    private readonly LoginsOptions _options;
    private readonly GenerationRegister _found;
    private readonly int _newest;
    private readonly PinMode _mode;
    private readonly LoginTables _tables;
    private readonly PinnedSettings? _recorded;
    private readonly List<string> _problems = [];
    private readonly List<string> _changes = [];
    private readonly Dictionary<int, PinnedSettings> _targets = [];

    private SettingsDecision(
        LoginsOptions options, GenerationRegister found, int newest, PinMode mode, LoginTables tables)
    {
        _options = options;
        _found = found;
        _newest = newest;
        _mode = mode;
        _tables = tables;
        _recorded = TableOf(found, newest);
    }

    /// <summary>What forbids to write rows: each difference with both values and the remedy.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>The differences that an operator vouches for, with both values.</summary>
    public IReadOnlyList<string> Changes => _changes;

    /// <summary>What each generation is to record, from 1 to the newest.</summary>
    public IReadOnlyDictionary<int, PinnedSettings> Targets => _targets;

    /// <summary>What the newest generation is to record.</summary>
    public PinnedSettings Newest => _targets[_newest];

    /// <summary>The generations whose unsigned settings are what this process would record.</summary>
    public IReadOnlyList<int> Confirmed =>
        [.. _found.Claimed.Where(claim => claim.Value.ToString() == _targets[claim.Key].ToString())
            .Select(claim => claim.Key)];

    /// <summary>
    /// Whether the table's content must be known: no generation records its settings, or the newest one is new and may
    /// have other methods.
    /// </summary>
    public static bool NeedsContent(GenerationRegister found, int newest) =>
        TableOf(found, newest) is null || found.Missing.Contains(newest);

    /// <param name="options">The process's settings.</param>
    /// <param name="vaultKey">The fingerprint of the process's vault key; null where it has none.</param>
    /// <param name="found">What the generations record.</param>
    /// <param name="newest">The process's newest generation.</param>
    /// <param name="content">What the table holds; it counts only where <see cref="NeedsContent"/>.</param>
    /// <param name="mode">The caller.</param>
    /// <param name="form">The form of message ids under <see cref="PinMode.Move"/>; else null.</param>
    /// <param name="tables">The names of the tables, for the texts.</param>
    public static SettingsDecision Make(
        LoginsOptions options,
        string? vaultKey,
        GenerationRegister found,
        int newest,
        TableContent content,
        PinMode mode,
        MessageIdForm? form,
        LoginTables tables)
    {
        var decision = new SettingsDecision(options, found, newest, mode, tables);
        var own = PinnedSettings.Of(
            options, decision.Fields(content), form ?? decision.MessageIds(content), vaultKey);
        decision.CompareMethods(own);
        if (content != TableContent.Empty)
        {
            decision.RefuseLookAlikesAfterHmac(own);
        }

        decision.CompareRest(own);
        foreach (var generation in Enumerable.Range(1, newest))
        {
            decision._targets[generation] = own with { Methods = decision.MethodsOf(generation, own) };
        }

        if (mode != PinMode.Vouch)
        {
            decision._problems.AddRange(
                found.Claimed.Keys.Except(decision.Confirmed).Order().Select(GenerationRegister.ChangedRow));
        }

        return decision;
    }

    /// <summary>The settings of the newest generation that records them.</summary>
    private static PinnedSettings? TableOf(GenerationRegister found, int newest)
    {
        for (var generation = newest; generation >= 1; generation--)
        {
            if (found.Pinned.TryGetValue(generation, out var pinned))
            {
                return pinned;
            }
        }

        return null;
    }

    // Without settings that a holder of the keys wrote, the rows decide: after a removal of the settings the service
    // writes nothing that it did not write before.
    private IReadOnlyList<PiiField> Fields(TableContent content) => _options.Masking.Fields.Count > 0
        ? PiiFields.Of(_options.Masking)
        : _recorded?.Fields ?? (content == TableContent.ReceivedIds ? PiiFields.Always : PiiFields.All);

    private MessageIdForm MessageIds(TableContent content)
    {
        var asked = _options.Masking.MessageIds;
        if (_recorded is null && content == TableContent.Empty)
        {
            return asked == Masking.MessageIds.Raw ? MessageIdForm.Raw : MessageIdForm.Keyed;
        }

        var form = _recorded?.MessageIds ?? content switch
        {
            TableContent.KeyedIds => MessageIdForm.Keyed,
            TableContent.BothIds => MessageIdForm.Moving,
            _ => MessageIdForm.Raw,
        };
        if (asked == Masking.MessageIds.Keyed && form == MessageIdForm.Raw)
        {
            _problems.Add(
                $"Masking:MessageIds is Keyed, and {_tables} holds message ids as they were received (Raw): remove " +
                "the setting, and run 'fetch-etl rekey --message-ids', which changes the table and its processes.");
        }
        else if (asked == Masking.MessageIds.Raw && form != MessageIdForm.Raw)
        {
            _problems.Add(
                $"Masking:MessageIds is Raw, and {_tables} holds message ids of another form ({form}), which " +
                "cannot be turned back: remove the setting, or set Keyed.");
        }

        return form;
    }

    private void CompareMethods(PinnedSettings own)
    {
        if (!_found.Pinned.ContainsKey(_newest) && !_found.Older.Contains(_newest))
        {
            return;
        }

        var recorded = MethodsOf(_newest, own);
        foreach (var field in PiiFields.All.Where(field => recorded[(int)field] != own.MethodOf(field)))
        {
            _problems.Add(
                $"Masking:Method of {field.Name()} is {own.MethodOf(field)}, and generation {_newest} of {_tables} " +
                $"was written with {recorded[(int)field]}: a method changes with a new generation only; set it as it " +
                $"was, or add a key as Masking:Keys:{_newest} (or Masking:KeyFiles:{_newest}) and run 'fetch-etl " +
                "rekey'.");
        }
    }

    /// <summary>
    /// No key turns the rows' masks of Hmac back into the values that look-alike masks are built from.
    /// </summary>
    private void RefuseLookAlikesAfterHmac(PinnedSettings own)
    {
        var recorded = Enumerable.Range(1, _newest).LastOrDefault(generation => !_found.Missing.Contains(generation));
        if (recorded == 0 || recorded == _newest)
        {
            return;
        }

        var before = MethodsOf(recorded, own);
        foreach (var field in PiiFields.All.Where(field =>
            own.MethodOf(field).IsLookAlike() && before[(int)field] == MaskingMethod.Hmac))
        {
            _problems.Add(
                $"Masking:Methods:{field.Name()} is {own.MethodOf(field)}, and {_tables} holds masks of Hmac, " +
                "which no key turns back into the values that such a mask is made of: leave the field at Hmac, or " +
                "let an empty table begin with the new method and send the messages again.");
        }
    }

    private void CompareRest(PinnedSettings own)
    {
        if (_recorded is null)
        {
            return;
        }

        Compare("Masking:Fields", own.FieldNames(), _recorded.FieldNames());
        Compare("AppVersion:Encoding", $"{own.Versions}", $"{_recorded.Versions}");
        Compare("Masking:Vault:PublicKeyFile", Key(own.VaultKey), Key(_recorded.VaultKey));

        void Compare(string setting, string mine, string recorded)
        {
            if (mine == recorded)
            {
                return;
            }

            if (_mode == PinMode.Vouch)
            {
                _changes.Add($"{setting}: {recorded} before, {mine} from now on");
            }
            else
            {
                _problems.Add($"{setting} is {mine}, and {_tables} was written with {recorded}: {Vouch}.");
            }
        }

        static string Key(string? fingerprint) => fingerprint is null ? "no key" : $"the key {fingerprint[..16]}…";
    }

    /// <summary>
    /// A generation keeps its methods. A row without settings counts as Hmac.
    /// </summary>
    private IReadOnlyList<MaskingMethod> MethodsOf(int generation, PinnedSettings own)
    {
        if (_found.Pinned.TryGetValue(generation, out var pinned))
        {
            return pinned.Methods;
        }

        return _found.Older.Contains(generation)
            ? [.. PiiFields.All.Select(_ => MaskingMethod.Hmac)]
            : own.Methods;
    }
}
