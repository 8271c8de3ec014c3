namespace FetchEtl.Maintenance.Tests;

/// <summary>
/// A population of logins, and a sender who reads. He knows the address of each of 300 victims and looks for the
/// victim's rows: those with the address's mask.
/// </summary>
internal static class Sender
{
    public const int Victims = 300;

    private const int Users = 3000;

    private static readonly string[] Locales = ["DE", "US", "GB", "FR", "IN", "BR", "JP"];
    private static readonly int[] Versions = [2_003_000, 2_004_000, 3_000_000, 3_001_000];

    /// <summary>The address of a victim, or of any user.</summary>
    public static string Address(int user) => $"10.{user / 65536}.{user / 256 % 256}.{user % 256}";

    /// <summary>
    /// Logins of one month. Every user has an address and a device, and logs in once to five times. One in ten uses
    /// the address of an office as well. Ten of a hundred logins have no locale.
    /// </summary>
    public static IEnumerable<RawLogin> Population(int seed, DateOnly month)
    {
        var random = new Random(seed);
        for (var user = 0; user < Users; user++)
        {
            var type = random.Next(2) == 0 ? "ios" : "android";
            var locale = random.Next(10) == 0 ? null : Locales[random.Next(Locales.Length)];
            var version = Versions[random.Next(Versions.Length)];
            for (var count = random.Next(1, 6); count > 0; count--)
            {
                var address = user % 10 == 9 && random.Next(2) == 0 ? $"192.0.2.{user % 100}" : Address(user);
                yield return new RawLogin(
                    $"user{user}", address, $"device{user}", type, locale, version, month.AddDays(random.Next(28)));
            }
        }
    }

    /// <summary>A probe from a victim's address that differs from the population in its version alone.</summary>
    public static RawLogin Probe(
        int victim, DateOnly date, string user = "sender", string? address = null, int part = 0) =>
        new(user, address ?? Address(victim), $"device of {user}", "ios", "DE", Marker(victim, part), date);

    /// <summary>
    /// Reads the addresses' masks of the rows that can be a probe: what they show is as it was sent, and what they do
    /// not show may be anything.
    /// </summary>
    public static HashSet<string> Candidates(IReadOnlyList<SeenLogin> rows, RawLogin probe)
    {
        // Rows that show the marker itself are the probe's, whatever else there is.
        var marked = rows.Where(row => row.Version == probe.Version).ToList();
        var possible = marked.Count > 0 ? marked : rows.Where(row => row.Withheld > 0
            && row.Version is null
            && (row.DeviceType ?? probe.DeviceType) == probe.DeviceType
            && (row.Locale ?? probe.Locale) == probe.Locale
            && (row.Date ?? probe.Date) == probe.Date);
        return [.. possible.Select(row => row.Ip).OfType<string>()];
    }

    /// <summary>How many victims' rows are found: one mask is left, and it is that of rows of the victim.</summary>
    public static int Recovered(Func<int, HashSet<string>> candidates, Func<int, IReadOnlySet<string>> truth) =>
        Enumerable.Range(0, Victims).Count(victim =>
            candidates(victim) is { Count: 1 } found && truth(victim).Contains(found.Single()));

    private static int Marker(int victim, int part) => 9_000_000 + victim + 1000 * part;
}
