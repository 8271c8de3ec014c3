using FetchEtl.Masking;
using FetchEtl.Testing;

namespace FetchEtl.Maintenance.Tests;

/// <summary>Raw values that look like masks are adopted by an option, and never masked twice.</summary>
public sealed class MaskFormsTests : IAsyncLifetime
{
    private static readonly IReadOnlyList<MaskedColumn> Columns = [new("device", PiiField.DeviceId)];

    private static readonly string Known = "1:" + new string('a', 64);
    private static readonly string Later = "9999:" + new string('0', 64);

    private readonly MaskingOptions _masking = MaintenanceStore.Masking(TestKeys.First);
    private MaintenanceStore _store = null!;

    public async Task InitializeAsync()
    {
        _store = await MaintenanceStore.CreateAsync();
        await _store.ExecuteAsync(
            $"CREATE TABLE old_logins (device text); INSERT INTO old_logins VALUES ('{Known}'), ('{Later}'), ('raw')");
    }

    public async Task DisposeAsync() => await _store.DisposeAsync();

    [Fact]
    public async Task Values_that_only_look_like_masks_are_masked_where_their_number_is_right_and_only_once()
    {
        var refusal = await Assert.ThrowsAsync<MaskingRefusedException>(
            () => _store.AdoptAsync(_masking, "old_logins", Columns));
        Assert.Contains("say --masks-are-raw", refusal.Message, StringComparison.Ordinal);
        refusal = await Assert.ThrowsAsync<MaskingRefusedException>(
            () => _store.AdoptAsync(_masking, "old_logins", Columns, rawMaskForms: 1));
        Assert.Contains("holds 2 values in the form of a mask", refusal.Message, StringComparison.Ordinal);

        var summary = await _store.AdoptAsync(_masking, "old_logins", Columns, rawMaskForms: 2);

        var masker = new KeyedPiiMasker(_masking);
        string[] values = [Known, Later, "raw"];
        var expected = values.Select(x => masker.Mask(PiiField.DeviceId, new PersonalText(x))!).Order();
        Assert.Equal(expected, await RowsAsync());
        Assert.Equal(3, summary.Rows);
        Assert.Empty(summary.Left);
        await Assert.ThrowsAsync<MaskingRefusedException>(
            () => _store.AdoptAsync(_masking, "old_logins", Columns, rawMaskForms: 2));
        Assert.Equal(expected, await RowsAsync());
    }

    private async Task<IEnumerable<string>> RowsAsync() =>
        (await _store.QueryAsync("SELECT device FROM old_logins", reader => reader.GetString(0))).Order();
}
