using FetchEtl.Logins;
using FetchEtl.Masking;
using FetchEtl.Migrations;
using Microsoft.Extensions.Time.Testing;

namespace FetchEtl.Maintenance.Tests;

/// <summary>A migrated database whose <c>user_logins</c> is partitioned by month, with the months 9 to 11 of 2026.
/// </summary>
internal static class PartitionedStore
{
    public static readonly DateOnly September = new(2026, 9, 5);
    public static readonly DateOnly October = new(2026, 10, 5);
    public static readonly DateOnly November = new(2026, 11, 5);

    public static Task<MaintenanceStore> CreateAsync() => MaintenanceStore.CreateAsync(StoreTemplates.Partitioned);

    /// <summary>Partitions the table of a migrated database, with these three months, and drops the old one.</summary>
    public static async Task ConvertAsync(string connectionString)
    {
        var time = new FakeTimeProvider(new DateTimeOffset(September, TimeOnly.MinValue, TimeSpan.Zero));
        await using var conversion = await PartitionConversion.OpenAsync(connectionString, static _ => { }, time);
        await conversion.RunAsync(PartitionInterval.Month, new Progress<PartitionProgress>());
        Assert.True(await conversion.DropKeptAsync());
    }

    /// <summary>Inserts rows by SQL, with masks of the newest key, and returns their ids.</summary>
    public static async Task<IReadOnlyList<Guid>> InsertAsync(
        this MaintenanceStore store,
        MaskingOptions masking,
        DateOnly? day,
        params (string? User, string? Ip, string? Device)[] logins)
    {
        var masker = new KeyedPiiMasker(masking);
        var ids = logins.Select(_ => Guid.NewGuid()).ToArray();
        var rows = logins.Zip(ids).Select(pair => string.Join(
            ", ",
            Text(Mask(PiiField.UserId, pair.First.User)),
            Text(Mask(PiiField.Ip, pair.First.Ip)),
            Text(Mask(PiiField.DeviceId, pair.First.Device)),
            Text(day?.ToString("O")),
            Text(pair.Second.ToString())));
        await store.ExecuteAsync(
            "INSERT INTO user_logins (user_id, masked_ip, masked_device_id, create_date, message_id) "
                + $"VALUES ({string.Join("), (", rows)})");
        return ids;

        string? Mask(PiiField field, string? value) =>
            value is null ? null : masker.Mask(field, new PersonalText(value));

        static string Text(string? value) => value is null ? "NULL" : $"'{value}'";
    }

    /// <summary>Logins with an address each.</summary>
    public static (string? User, string? Ip, string? Device)[] Logins(int first, int count) =>
    [
        .. Enumerable.Range(first, count).Select(i => (
            (string?)null, (string?)$"10.{i / 65536}.{i / 256 % 256}.{i % 256}", (string?)null)),
    ];
}
