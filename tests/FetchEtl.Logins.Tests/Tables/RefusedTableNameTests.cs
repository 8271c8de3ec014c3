using FetchEtl.Testing;

namespace FetchEtl.Logins.Tests;

/// <summary>An operator who is sent to a table must find it.</summary>
public sealed class RefusedTableNameTests
{
    private static readonly LoginTables Tables =
        LoginTables.Of(new StorageOptions { Schema = "Estate_1", Table = "App_Logins" });

    private static readonly KeyedPiiMasker First = Masker(TestKeys.First);
    private static readonly KeyedPiiMasker Both = Masker(TestKeys.First, TestKeys.Second);

    [Fact]
    public void Refused_keys_name_the_table_of_the_settings()
    {
        var (check, mac) = (Both.KeyCheck(2), Both.GenerationMac(2, null));
        var next = new MaskingGeneration { Generation = 2, KeyCheck = check, Mac = mac };

        RequireName(Problems(Masker(TestKeys.Second), Row(First, null)), "not the key of generation 1");
        RequireName(Problems(Masker(TestKeys.Second, TestKeys.First), Row(First, null)), "the order in which");
        RequireName(Problems(First, new MaskingGeneration { Generation = 1 }), "has no check of its key");
        RequireName(Problems(First, Row(First, null), next), "add the keys that are missing");
    }

    [Fact]
    public void Refused_settings_name_the_table_of_the_settings()
    {
        var recorded = PinnedSettings.Of(new LoginsOptions(), PiiFields.All, MessageIdForm.Raw, vaultKey: null);
        var text = recorded.ToString();
        var sha = text.Replace(";ip=Hmac", ";ip=Sha256", StringComparison.Ordinal);

        RequireName(Problems(new MaskingOptions { Fields = { "ip" } }, text), "was written with");
        RequireName(Problems(new MaskingOptions { MessageIds = MessageIds.Keyed }, text), "as they were received");
        RequireName(
            Problems(
                new MaskingOptions { MessageIds = MessageIds.Raw },
                text.Replace("message_ids=Raw", "message_ids=Keyed", StringComparison.Ordinal)),
            "of another form");
        RequireName(Problems(new MaskingOptions(), sha), "a method changes with a new generation only");
        Assert.StartsWith(
            "Estate_1.App_Logins has no column locale: ",
            TableCheck.Describe(Tables, ["locale"]),
            StringComparison.Ordinal);
    }

    private static KeyedPiiMasker Masker(params string[] keys)
    {
        var options = new MaskingOptions();
        Array.ForEach(keys, options.Keys.Add);
        return new KeyedPiiMasker(options);
    }

    private static MaskingGeneration Row(KeyedPiiMasker masker, string? settings) => new()
    {
        Generation = 1,
        KeyCheck = masker.KeyCheck(1),
        Mac = masker.GenerationMac(1, settings),
        Settings = settings,
    };

    private static IReadOnlyList<string> Problems(KeyedPiiMasker masker, params MaskingGeneration[] rows) =>
        GenerationRegister.Judge(rows, masker, Tables).Problems;

    private static IReadOnlyList<string> Problems(MaskingOptions masking, string settings)
    {
        masking.Keys.Add(TestKeys.First);
        return SettingsDecision.Make(
            new LoginsOptions { Masking = masking },
            vaultKey: null,
            GenerationRegister.Judge([Row(First, settings)], First, Tables),
            newest: 1,
            TableContent.Empty,
            PinMode.Follow,
            form: null,
            Tables).Problems;
    }

    private static void RequireName(IReadOnlyList<string> problems, string cause)
    {
        var problem = Assert.Single(problems);
        Assert.Contains(cause, problem, StringComparison.Ordinal);
        Assert.Contains("Estate_1.App_Logins", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("user_logins", problem, StringComparison.Ordinal);
    }
}
