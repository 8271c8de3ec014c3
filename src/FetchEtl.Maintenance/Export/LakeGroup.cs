namespace FetchEtl.Maintenance;

/// <summary>The rows of a day and a device type, as the table has them now.</summary>
/// <param name="Day">The day; null for rows without one.</param>
/// <param name="DeviceType">The device type; null for none.</param>
/// <param name="Rows">The number of rows.</param>
/// <param name="Fingerprint">The sum of their hashes.</param>
internal sealed record LakeGroup(DateOnly? Day, string? DeviceType, long Rows, string Fingerprint)
{
    public string Path { get; } = LakePath.Of(DeviceType, Day);
}
