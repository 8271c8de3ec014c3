using FetchEtl.Benchmarks;

namespace FetchEtl.EndToEnd.Tests;

public sealed class CandidateSpaceTests
{
    [Fact]
    public void Every_IPv4_address_is_a_candidate()
    {
        Assert.Equal(1L << 32, CandidateSpace.Ipv4.Count);
        Assert.Equal(("0.0.0.0", "255.255.255.255"), Ends(CandidateSpace.Ipv4));
    }

    [Fact]
    public void Every_device_id_of_the_form_is_a_candidate()
    {
        Assert.Equal(1_000_000_000, CandidateSpace.DeviceIds.Count);
        Assert.Equal(("000-00-0000", "999-99-9999"), Ends(CandidateSpace.DeviceIds));
    }

    private static (string First, string Last) Ends(CandidateSpace space) =>
        (space.Prefix(0) + space.Suffixes[0], space.Prefix(space.Prefixes - 1) + space.Suffixes[^1]);
}
