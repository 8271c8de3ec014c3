using FetchEtl.Masking;
using FetchEtl.Testing;

namespace FetchEtl.EndToEnd.Tests;

public sealed class DemoTests
{
    [Fact]
    public async Task The_demo_needs_no_settings_and_shows_rows_dead_letters_and_totals()
    {
        await using var demo = await FetchEtlProcess.RunAsync(
            new Dictionary<string, string>(),
            "demo",
            "--count",
            "300");

        Assert.True(demo.ExitCode == 0, demo.Errors);
        Assert.Contains("throwaway key", demo.Output);
        Assert.Contains("user_id: is missing", demo.Output);
        Assert.Matches(@"rows written\s+│\s+299", demo.Output);
        Assert.Matches(@"dead letters\s+│\s+1 ", demo.Output);
    }

    [Fact]
    public async Task The_demo_uses_a_throwaway_key_whatever_the_masking_settings_are()
    {
        var settings = new Dictionary<string, string>
        {
            ["Masking__KeyFiles__0"] = "/nowhere/to/be/read",
            ["Masking__Keys__1"] = MaskingKeys.Create(),
            ["Masking__Method"] = "Sha256",
        };

        await using var demo = await FetchEtlProcess.RunAsync(settings, "demo", "--count", "3");

        Assert.True(demo.ExitCode == 0, demo.Errors);
        Assert.Contains("1:", demo.Output);
    }
}
