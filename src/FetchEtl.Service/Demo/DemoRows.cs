using FetchEtl.Logins;
using Microsoft.EntityFrameworkCore;

namespace FetchEtl.Service;

/// <summary>Queries the demo's table as an analyst would.</summary>
internal static class DemoRows
{
    public static Task<List<UserLogin>> SampleAsync(LoginDbContext database, CancellationToken cancellationToken) =>
        database.UserLogins.OrderBy(x => x.MessageId).Take(5).ToListAsync(cancellationToken);

    public static async Task<IReadOnlyList<RepeatedMask>> RepeatedMasksAsync(
        LoginDbContext database,
        CancellationToken cancellationToken)
    {
        var ips = await RepeatedAsync("ip", database.UserLogins.Select(x => x.MaskedIp), cancellationToken);
        var devices = await RepeatedAsync(
            "device_id",
            database.UserLogins.Select(x => x.MaskedDeviceId),
            cancellationToken);

        return [.. ips, .. devices];
    }

    private static Task<List<RepeatedMask>> RepeatedAsync(
        string field,
        IQueryable<string?> masks,
        CancellationToken cancellationToken) =>
        masks
            .Where(x => x != null)
            .GroupBy(x => x!)
            .Where(x => x.Count() > 1)
            .OrderByDescending(x => x.Count())
            .Take(3)
            .Select(x => new RepeatedMask(field, x.Key, x.Count()))
            .ToListAsync(cancellationToken);
}
