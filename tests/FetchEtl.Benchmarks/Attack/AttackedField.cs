namespace FetchEtl.Benchmarks;

/// <summary>A column of masks, and what may be behind them.</summary>
/// <param name="Name">The field's name, which is also its purpose among the default method's subkeys.</param>
/// <param name="Column">The column that holds its masks.</param>
/// <param name="Space">The values that are tried.</param>
internal sealed record AttackedField(string Name, string Column, CandidateSpace Space)
{
    public static AttackedField Ip { get; } = new("ip", "masked_ip", CandidateSpace.Ipv4);

    public static AttackedField DeviceId { get; } = new("device_id", "masked_device_id", CandidateSpace.DeviceIds);
}
