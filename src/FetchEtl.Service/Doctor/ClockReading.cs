namespace FetchEtl.Service;

/// <summary>Two clocks at one moment.</summary>
/// <param name="There">The other's time.</param>
/// <param name="Here">The time of this machine.</param>
internal sealed record ClockReading(DateTimeOffset There, DateTimeOffset Here);
