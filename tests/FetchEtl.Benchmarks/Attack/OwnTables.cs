using System.Security.Cryptography;
using System.Text;
using FetchEtl.Masking;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace FetchEtl.Benchmarks;

/// <summary>Two tables of the same random logins, masked in two ways.</summary>
/// <param name="Sha256">The table masked by SHA-256 without a key.</param>
/// <param name="Hmac">The table masked by the default method under <paramref name="Key"/>.</param>
/// <param name="Key">A random key of this run.</param>
internal sealed record OwnTables(MaskTable Sha256, MaskTable Hmac, byte[] Key)
{
    /// <summary>Creates and fills the tables.</summary>
    /// <param name="source">A database without these tables.</param>
    /// <param name="logins">The values to mask.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
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

    /// <summary>Returns the mask of the unsalted method: SHA-256 of the text in lower-case hex.</summary>
    public static string Hash(string value) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(value)));
}
