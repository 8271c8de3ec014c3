namespace FetchEtl.Sqs;

/// <summary>The largest value of the last minute, with a resolution of five seconds. Thread-safe.</summary>
internal sealed class RecentMaximum(TimeProvider time)
{
    private const int Slots = 12;

    private static readonly TimeSpan SlotTime = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly long _origin = time.GetTimestamp();
    private readonly (long Number, TimeSpan Largest)[] _slots = new (long, TimeSpan)[Slots];

    /// <summary>Zero when there was no value.</summary>
    public TimeSpan Value
    {
        get
        {
            lock (_gate)
            {
                var oldest = Now() - Slots;
                var largest = TimeSpan.Zero;
                foreach (var slot in _slots)
                {
                    largest = slot.Number > oldest ? Durations.Max(largest, slot.Largest) : largest;
                }

                return largest;
            }
        }
    }

    public void Add(TimeSpan value)
    {
        lock (_gate)
        {
            var now = Now();
            ref var slot = ref _slots[now % Slots];
            slot = (now, slot.Number == now ? Durations.Max(slot.Largest, value) : value);
        }
    }

    /// <summary>The number of the present slot.</summary>
    private long Now() => time.GetElapsedTime(_origin).Ticks / SlotTime.Ticks;
}
