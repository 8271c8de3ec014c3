using System.Text.RegularExpressions;
using FetchEtl.Service;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>Checks docs/doctor.md against the checks of <c>doctor</c>, and the links that these print.</summary>
public sealed partial class DocDoctorTests
{
    [Fact]
    public void Every_check_is_documented_and_every_documented_one_exists()
    {
        var documented = DocPage.Get("docs/doctor.md").Prose
            .SelectMany(line => CheckId().Matches(line)).Select(match => match.Groups["id"].Value).Distinct();

        Assert.Equal(
            Checks.All.Select(check => check.Id).Order(StringComparer.Ordinal),
            documented.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_link_of_a_finding_leads_to_a_heading_that_exists()
    {
        var broken = Checks.All.Where(check => check.Docs.Split('#') is not [var page, var anchor]
            || DocPage.All.SingleOrDefault(x => x.Name == page)?.Anchors.Contains(anchor) != true);

        Assert.Empty(broken);
    }

    [GeneratedRegex(
        "`(?<id>(settings|identity|queue|rights|dead|payloads|database|keys|clock)\\.[a-z]+)`",
        RegexOptions.ExplicitCapture,
        5000)]
    private static partial Regex CheckId();
}
