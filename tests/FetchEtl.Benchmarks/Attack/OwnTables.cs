using System.Security.Cryptography;
using System.Text;
using FetchEtl.Masking;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace FetchEtl.Benchmarks;

/// <summary>The same random logins in two tables: masked without a key, and by the default method under a key of this run.</summary>
internal sealed record OwnTables(MaskTable Sha256, MaskTable Hmac, byte[] Key)
{
    /// <param name="source">The database, which has none of these tables yet.</param>
    /// <param name="logins">The values.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    public static async Task<OwnTables> CreateAsync(
        NpgsqlDataSource source, IReadOnlyCollection<RawLogin> logins, CancellationToken cancellationToken)
    {
        var key = RandomNumberGenerator.GetBytes(32);
        await using var services = new ServiceCollection()
            .AddLogins(options =>
            {
                options.ConnectionString = source.ConnectionString;
                options.Masking.Keys.Add(Convert.ToBase64String(key));
            })
            .BuildServiceProvider();
        var masker = services.GetRequiredService<IPiiMasker>();

        var tables = new OwnTables(new MaskTable(source, "logins_sha256"), new MaskTable(source, "logins_hmac"), key);
        await tables.Sha256.FillAsync(
            [.. logins.Select(x => Hash(x.Ip))], [.. logins.Select(x => Hash(x.DeviceId))], cancellationToken);
        await tables.Hmac.FillAsync(
            [.. logins.Select(x => masker.Mask(PiiField.Ip, new PersonalText(x.Ip)))],
            [.. logins.Select(x => masker.Mask(PiiField.DeviceId, new PersonalText(x.DeviceId)))],
            cancellationToken);
        return tables;
    }

    /// <summary>A mask of the unsalted method: lower hex of SHA-256 of the text.</summary>
    public static string Hash(string value) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(value)));
}
