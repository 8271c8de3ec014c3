namespace FetchEtl.Local;

/// <summary>
/// Draws one rule for one operation. The n-th draw is a function of n and the key, by splitmix64 (Steele, Lea, Flood
/// 2014), so no draw depends on the draws of other threads.
/// </summary>
internal sealed class FaultDie
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    private readonly ulong _key;
    private long _drawn;

    public FaultDie(int seed, int position, string operation, SqsFaultRule rule)
    {
        Rule = rule;
        _key = Mix(Mix((uint)seed) + (uint)position);

        // GetHashCode differs between processes, so the letters are mixed here.
        foreach (var letter in operation)
        {
            _key = Mix(_key + letter);
        }
    }

    public SqsFaultRule Rule { get; }

    /// <summary>Whether the rule strikes this call, entry or message.</summary>
    /// <param name="chance">A second random number of the same draw, for a choice that follows.</param>
    public bool Roll(out ulong chance)
    {
        var draw = Mix(_key + (Golden * (ulong)Interlocked.Increment(ref _drawn)));
        chance = Mix(draw);

        // A double holds 53 bits. The number is below 1, so a probability of 1 always strikes and 0 never does.
        return (draw >> 11) * (1.0 / (1UL << 53)) < Rule.Probability;
    }

    private static ulong Mix(ulong x)
    {
        x += Golden;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
