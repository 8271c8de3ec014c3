using System.Net;

namespace FetchEtl.Benchmarks;

/// <summary>The personal values of a random login, which belongs to no person.</summary>
internal sealed record RawLogin(string Ip, string DeviceId)
{
    /// <summary>Draws logins: any IPv4 address and any device id of the form DDD-DD-DDDD.</summary>
    public static IReadOnlyList<RawLogin> Draw(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => new RawLogin(Ipv4(random), Device(random)))];
    }

    private static string Ipv4(Random random) => new IPAddress(random.NextInt64(1L << 32)).ToString();

    private static string Device(Random random) =>
        $"{random.Next(1000):000}-{random.Next(100):00}-{random.Next(10_000):0000}";
}
