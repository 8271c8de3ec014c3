using FetchEtl.Benchmarks;
using FetchEtl.Testing;
using Npgsql;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>Runs <c>attack</c> of FetchEtl.Benchmarks with 65,536 addresses and 64,000 device ids to try.</summary>
public sealed class AttackTests
{
    /// <summary>A limit that these sweeps never reach: each takes some milliseconds.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private static readonly AttackedField Ip = AttackedField.Ip with
    {
        Space = CandidateSpace.Ipv4 with { First = (203 << 16) | (7 << 8), Prefixes = 256 },
    };

    private static readonly AttackedField DeviceId = AttackedField.DeviceId with
    {
        Space = CandidateSpace.DeviceIds with { First = 123_456, Prefixes = 64 },
    };

    private static readonly RawLogin[] Inside =
    [
        new("203.7.0.0", "123-45-6000"),
        new("203.7.9.10", "123-45-6789"),
        new("203.7.99.100", "123-50-0000"),
        new("203.7.255.255", "123-51-9999"),
    ];

    private static readonly RawLogin[] Outside =
    [
        new("203.6.255.255", "123-45-5999"),
        new("203.8.0.0", "123-52-0000"),
        new("203.07.0.1", "123456789"),
        new("::ffff:203.7.0.1", "1123-45-6789"),
    ];

    [Fact]
    public async Task A_sweep_recovers_values_from_masks_of_Sha256_and_from_those_of_the_default_only_with_the_key()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        var tables = await OwnTables.CreateAsync(source, [.. Inside, .. Outside], CancellationToken.None);
        var sweeps = new List<SweepFigures>();
        var run = new AttackRun(new AttackOptions { SweepLimit = Limit, SampleLimit = Limit }, sweeps.Add);

        foreach (var field in (AttackedField[])[Ip, DeviceId])
        {
            await run.AttackAsync(tables.Sha256, field, key: null, CancellationToken.None);
            await run.AttackAsync(tables.Hmac, field, tables.Key, CancellationToken.None);
        }

        Assert.All(sweeps, x => Assert.Equal(x.Candidates, x.Tried));
        Assert.Equal(
            [
                ("Sha256", "ip", "SHA-256", 4),
                ("Hmac", "ip", "SHA-256", 0),
                ("Hmac", "ip", "HMAC, empty key", 0),
                ("Hmac", "ip", "HMAC, a random key", 0),
                ("Hmac", "ip", "HMAC, the key itself", 5),
                ("Sha256", "device_id", "SHA-256", 4),
                ("Hmac", "device_id", "SHA-256", 0),
                ("Hmac", "device_id", "HMAC, empty key", 0),
                ("Hmac", "device_id", "HMAC, a random key", 0),
                ("Hmac", "device_id", "HMAC, the key itself", 4),
            ],
            sweeps.Select(x => (x.Method, x.Field, x.TakenFor, x.Recovered)));
    }

    [Fact]
    public void A_sweep_recovers_exactly_the_values_that_are_among_its_candidates()
    {
        var targets = new MaskTargets([.. Inside.Concat(Outside).Select(x => OwnTables.Hash(x.DeviceId))]);

        var result = new Sweep(DeviceId.Space, new UnkeyedHash(), targets).Run(Limit, CancellationToken.None);

        Assert.Equal(Inside.Select(x => x.DeviceId), result.Recovered.Order());
    }

    [Fact]
    public void Texts_that_are_not_masks_are_counted_and_left_out()
    {
        var digest = OwnTables.Hash("");

        var forms = MaskForms.Sort([
            digest,
            $"12:{digest}",
            $":{digest}",
            $"1:{digest}0",
            digest[1..],
            "203.7.0.1",
            $"{digest}\n",
        ]);

        Assert.Equal(digest, Assert.Single(forms.Sha256));
        Assert.Equal(digest, Assert.Single(forms.Hmac));
        Assert.Equal(5, forms.Others);
    }
}
