namespace FetchEtl.Benchmarks;

/// <summary>All values that a field can have: each prefix followed by each suffix.</summary>
internal sealed record CandidateSpace
{
    /// <summary>The longest prefix, in characters.</summary>
    public const int MaxPrefix = 12;

    /// <summary>The longest suffix, in characters. A suffix and the padding's first byte fit into one word.</summary>
    public const int MaxSuffix = 3;

    /// <summary>Every IPv4 address as a dotted quad.</summary>
    public static CandidateSpace Ipv4 { get; } = new()
    {
        Prefixes = 1 << 24,
        Prefix = n => $"{n >> 16}.{(n >> 8) & 255}.{n & 255}.",
        Suffixes = [.. Enumerable.Range(0, 256).Select(n => $"{n}")],
    };

    /// <summary>Every device id of the form DDD-DD-DDDD.</summary>
    public static CandidateSpace DeviceIds { get; } = new()
    {
        Prefixes = 1_000_000,
        Prefix = n => $"{n / 1000:000}-{n / 10 % 100:00}-{n % 10}",
        Suffixes = [.. Enumerable.Range(0, 1000).Select(n => $"{n:000}")],
    };

    /// <summary>The number of the first prefix.</summary>
    public int First { get; init; }

    /// <summary>How many prefixes there are.</summary>
    public required int Prefixes { get; init; }

    /// <summary>Returns the prefix with a number, in ASCII.</summary>
    public required Func<int, string> Prefix { get; init; }

    /// <summary>The suffixes, in ASCII. Their number is a multiple of eight.</summary>
    public required IReadOnlyList<string> Suffixes { get; init; }

    /// <summary>The number of values.</summary>
    public long Count => (long)Prefixes * Suffixes.Count;
}
