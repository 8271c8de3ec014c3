using System.Globalization;

namespace FetchEtl.Local;

/// <summary>A folder with one subfolder for each PostgreSQL version, whose programs lie under <c>bin</c>.</summary>
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

    /// <summary>The <c>bin</c> folders that exist here, newest version first.</summary>
    public IEnumerable<string> NewestFirst() => Directory.Exists(Parent)
        ? Directory.EnumerateDirectories(Parent, Pattern)
            .OrderByDescending(VersionOf)
            .Select(folder => Path.Combine(folder, "bin"))
        : [];

    /// <summary>
    /// Folder names such as <c>17</c>, <c>9.6</c> and <c>postgresql@17</c> contain the version. Any other name counts
    /// as 0.
    /// </summary>
    private static decimal VersionOf(string folder)
    {
        var digits = Path.GetFileName(folder).TrimStart("postgresql@".ToCharArray());
        return decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var version)
            ? version
            : 0;
    }
}
