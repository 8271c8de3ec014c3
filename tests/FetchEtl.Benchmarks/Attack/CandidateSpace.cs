namespace FetchEtl.Benchmarks;

/// <summary>All values that a field can have: each of the prefixes followed by each of the suffixes.</summary>
internal sealed record CandidateSpace
{
    /// <summary>In characters.</summary>
    public const int MaxPrefix = 12;

    /// <summary>In characters: a suffix and the byte that ends a message fit into one word.</summary>
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

    /// <summary>The number of the first prefix that is tried.</summary>
    public int First { get; init; }

    /// <summary>How many prefixes are tried.</summary>
    public required int Prefixes { get; init; }

    /// <summary>The prefix of a number, ASCII.</summary>
    public required Func<int, string> Prefix { get; init; }

    /// <summary>ASCII; a multiple of eight of them.</summary>
    public required IReadOnlyList<string> Suffixes { get; init; }

    /// <summary>How many values these are.</summary>
    public long Count => (long)Prefixes * Suffixes.Count;
}
