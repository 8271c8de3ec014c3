using System.Globalization;

namespace FetchEtl.Testing;

/// <summary>
/// The number of rows of tests that also run on large tables: that of <c>FETCHETL_ROWS</c>, else theirs.
/// </summary>
public static class TestRows
{
    public static int Or(int standard) =>
        Environment.GetEnvironmentVariable("FETCHETL_ROWS") is { Length: > 0 } given
            ? int.Parse(given, CultureInfo.InvariantCulture)
            : standard;
}
