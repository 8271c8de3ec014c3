using FetchEtl.Service;
using FetchEtl.Testing;

namespace FetchEtl.EndToEnd.Tests;

public sealed class MaskingTests
{
    [Theory]
    [InlineData("run")]
    [InlineData("drain")]
    public async Task With_a_key_that_is_not_the_tables_nothing_is_received_and_the_process_ends_with_the_remedy(
        string verb)
    {
        await using var estate = await Estate.CreateAsync();
        await estate.SendAsync(10, seed: 1);
        await estate.QueryAsync<object>("INSERT INTO masking_generations VALUES (1, 'of another key'); SELECT 1");

        await using var run = await estate.RunAsync(verb);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(
            "Masking:Keys:0 (or Masking:KeyFiles:0) is not the key of generation 1 in user_logins",
            run.Errors);
        Assert.DoesNotContain("   at ", run.Errors);
        Assert.Equal(0, await estate.RowsAsync());
        Assert.Equal(10, (await estate.DepthAsync()).Total);
    }

    [Fact]
    public async Task A_masked_user_is_found_in_the_table_by_the_verb_mask()
    {
        await using var estate = await Estate.CreateAsync();
        estate.Settings["Masking__Fields__0"] = "ip";
        estate.Settings["Masking__Fields__1"] = "device_id";
        estate.Settings["Masking__Fields__2"] = "user_id";
        const string login =
            """{"user_id":"canary-user","app_version":"1.2.3","device_type":"ios","ip":"198.51.100.9","locale":null,"""
            + """ "device_id":"canary-device"}""";
        await new MessageSender(estate.Client, TimeProvider.System, new Random()).SendAsync(
            estate.QueueUrl,
            [login],
            static _ => { },
            CancellationToken.None);
        await using var drain = await estate.RunAsync("drain");

        await using var mask = await FetchEtlProcess.RunAsync(
            estate.Settings,
            "mask",
            "--field",
            "user_id",
            "canary-user");

        Assert.Equal(
            1,
            await estate.QueryAsync<long>($"SELECT count(*) FROM user_logins WHERE user_id = '{mask.Output.Trim()}'"));
    }

    [Fact]
    public async Task A_weak_method_logs_at_start_how_fast_it_can_be_reversed()
    {
        await using var estate = await Estate.CreateAsync();
        estate.Settings.Remove("Masking__Keys__0");
        estate.Settings["Masking__Method"] = "Sha256";
        estate.Settings["Masking__AllowWeak"] = "true";

        await using var drain = await estate.RunAsync("drain");

        Assert.Equal(0, drain.ExitCode);
        Assert.Contains(
            "Masking:Method is Sha256: anyone who sees the masks hashes all IPv4 addresses in a minute",
            drain.Errors);
    }
}
