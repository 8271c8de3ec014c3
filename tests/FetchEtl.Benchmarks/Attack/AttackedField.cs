namespace FetchEtl.Benchmarks;

/// <summary>A column of masks and the values that the attack tries for them.</summary>
/// <param name="Name">The field's name. The default method derives the field's subkey from it.</param>
/// <param name="Column">The column that holds the masks.</param>
/// <param name="Space">The candidates.</param>
internal sealed record AttackedField(string Name, string Column, CandidateSpace Space)
{
    public static AttackedField Ip { get; } = new("ip", "masked_ip", CandidateSpace.Ipv4);

    public static AttackedField DeviceId { get; } = new("device_id", "masked_device_id", CandidateSpace.DeviceIds);
}
