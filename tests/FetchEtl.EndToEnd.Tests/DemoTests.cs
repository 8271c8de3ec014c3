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
        Assert.All(
            demo.Output.Split('\n').Where(line => line.Contains('│') || line.Contains('─')),
            line => Assert.InRange(line.TrimEnd().Length, 0, 80));
    }

    [Fact]
    public async Task The_demo_starts_behind_a_proxy_and_prints_control_characters_escaped()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, """
            {"user_id":"u","app_version":"1.2","device_type":"\u001b[2J\u202e","ip":"","locale":null,"device_id":""}
            """);
        var settings = new Dictionary<string, string> { ["http_proxy"] = "http://127.0.0.1:1" };

        await using var demo = await FetchEtlProcess.RunAsync(settings, "demo", "--file", file);

        File.Delete(file);
        Assert.True(demo.ExitCode == 0, demo.Errors);
        Assert.Contains(@"\u001b[2J", demo.Output);
        Assert.DoesNotContain("\u001b[2J", demo.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u202e', demo.Output);
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
