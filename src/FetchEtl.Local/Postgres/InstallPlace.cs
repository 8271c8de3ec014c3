using System.Globalization;

namespace FetchEtl.Local;

/// <summary>A folder that holds one folder a PostgreSQL version, each with its programs under <c>bin</c>.</summary>
internal sealed record InstallPlace(string Parent, string Pattern)
{
    public static IReadOnlyList<InstallPlace> Usual(OperatingSystemKind system) => system switch
    {
        OperatingSystemKind.Windows =>
            [new(Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "PostgreSQL"), "*")],
        OperatingSystemKind.MacOS =>
            [new("/opt/homebrew/opt", "postgresql*"), new("/usr/local/opt", "postgresql*")],
        _ => [new("/usr/lib/postgresql", "*")],
    };

    /// <summary>The <c>bin</c> folders found there, newest version first.</summary>
    public IEnumerable<string> NewestFirst() => Directory.Exists(Parent)
        ? Directory.EnumerateDirectories(Parent, Pattern)
            .OrderByDescending(VersionOf)
            .Select(folder => Path.Combine(folder, "bin"))
        : [];

    /// <summary>
    /// <c>17</c>, <c>9.6</c> and <c>postgresql@17</c> name their version; plain <c>postgresql</c> names none.
    /// </summary>
    private static decimal VersionOf(string folder)
    {
        var digits = Path.GetFileName(folder).TrimStart("postgresql@".ToCharArray());
        return decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var version)
            ? version
            : 0;
    }
}
