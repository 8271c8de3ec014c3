using FetchEtl.Maintenance;

namespace FetchEtl.Service;

/// <summary>A risk report as sentences and tables.</summary>
internal static class RiskSections
{
    /// <summary>The coarser forms that are shown to people; the JSON has all.</summary>
    public const int ShownSuggestions = 12;

    private const int ShownFrequencies = 10;

    /// <summary>What was measured.</summary>
    public static string Subject(RiskReport report)
    {
        var people = report.Person is null
            ? "each a person of its own"
            : $"of {People(report.People)} ({report.Person})";
        var dates = (report.Since, report.Until) switch
        {
            (null, null) => string.Empty,
            ({ } since, null) => $", since {since:yyyy-MM-dd}",
            (null, { } until) => $", until {until:yyyy-MM-dd}",
            ({ } since, { } until) => $", {since:yyyy-MM-dd} to {until:yyyy-MM-dd}",
        };
        return $"{report.Table}: {Words.Count(report.Rows, "row")} {people}{dates}, known by " +
            $"{string.Join(", ", report.Quasi)}.";
    }

    /// <summary>The result in one sentence.</summary>
    public static string Verdict(RiskReport report)
    {
        var classes = report.Classes;
        var below = classes.K >= report.MinK
            ? $"no class is below {report.MinK}"
            : $"{RiskWords.Share((double)classes.RecordsBelow / classes.Records)} of the records, of " +
                $"{People(classes.PeopleBelow)}, are in classes below {report.MinK}";
        return $"k = {Words.Number(classes.K)}: the smallest class holds {People(classes.K)}; {below}. Counted by " +
            $"rows, k would be {Words.Number(classes.KOfRows)}.{Mixed(report)}";
    }

    /// <summary>The smallest change that reaches the wanted k, or how near the best one comes.</summary>
    public static string Advice(RiskReport report) => report switch
    {
        { MixedGenerations: [_, ..] } => "Run 'fetch-etl rekey' first, and measure again.",
        { ReachesMinK: true } => $"Every class holds {report.MinK} people or more: nothing needs to be coarser.",
        { Suggestions: [{ ReachesMinK: true } best, ..] } =>
            $"The smallest change that gives k = {report.MinK} or more: {RiskWords.Changes(best.Changes)} (k = " +
            $"{Words.Number(best.K)}).",
        { Suggestions: [var best, ..] } =>
            $"No change of one or two columns gives k = {report.MinK}. The best, {RiskWords.Changes(best.Changes)}, " +
            $"does so if {Words.Count(best.RowsBelow, "row")} " +
            $"({RiskWords.Share((double)best.RowsBelow / report.Rows)}) are left out, too.",
        _ => string.Empty,
    };

    /// <summary>What masking by sending costs.</summary>
    public static string Oracle(RiskOracle oracle) =>
        $"Somebody who may send messages and read the table masks values by sending them. At " +
        $"{Words.Number((long)oracle.Rate)} messages a second that takes " +
        $"{RiskWords.Duration(oracle.ThousandVictimsSeconds)} for 1,000 known victims, " +
        $"{RiskWords.Duration(oracle.AllDeviceIdsSeconds)} for all device ids DDD-DD-DDDD, and " +
        $"{RiskWords.Duration(oracle.AllIpv4Seconds)} for all of IPv4. Remedy: nobody has both rights, or readers " +
        "get a domain's table, whose masks are others.";

    public static IReadOnlyList<RiskSection> Of(RiskReport report) =>
        [Sizes(report), Attacks(report), Diversity(report), OneMore(report), Frequencies(report), Coarser(report)];

    private static RiskSection Sizes(RiskReport report) => new(
        "sizes",
        "Class sizes",
        "A class is all rows with equal quasi-identifiers; its size is the people in it. A record is a person in a "
        + "class.",
        ["people in the class", "classes", "records", "share of records"],
        [
            .. report.Classes.Sizes.Select(sizes => (IReadOnlyList<string>)
            [
                RiskWords.Sizes(sizes), Words.Number(sizes.Classes), Words.Number(sizes.Records),
                RiskWords.Share((double)sizes.Records / report.Classes.Records),
            ]),
        ],
        [.. report.Classes.Sizes.Select(sizes => (double)sizes.Records / report.Classes.Records)],
        "records");

    private static RiskSection Attacks(RiskReport report) => new(
        "attacks",
        "Risk of re-identification",
        $"The prosecutor knows that his target is in the table, the journalist does not, and the marketer names a "
        + $"person for every record. At risk: more than 1 in {report.MinK}.",
        ["attacker", "records at risk", "highest risk", "average risk"],
        [
            Row("prosecutor", report.Prosecutor),
            Row("journalist", report.Journalist),
            ["marketer", "", "", RiskWords.Share(report.Marketer)],
        ],
        []);

    private static RiskSection Diversity(RiskReport report) => new(
        "diversity",
        "Diversity within classes",
        "Where all of a class share one value, the attacker learns it without finding the record. The entropy counts a "
        + "class's values by how evenly they occur: nearly 1 where one of them prevails.",
        ["column", "fewest values (l)", "entropy l", "records of one value"],
        [
            .. report.Diversity.Select(column => (IReadOnlyList<string>)
            [
                column.Column, Words.Number(column.Distinct), RiskWords.Decimal(column.Entropy),
                RiskWords.Share(column.RecordsOfOneValue),
            ]),
        ],
        []);

    private static RiskSection OneMore(RiskReport report) => new(
        "one-more",
        "One more column known",
        "The records where the attacker knows this column, too.",
        ["column", "alone", $"below {report.MinK}"],
        [
            .. report.WithOneMore.Select(column => (IReadOnlyList<string>)
                [column.Column, RiskWords.Share(column.Unique), RiskWords.Share(column.Below)]),
        ],
        [.. report.WithOneMore.Select(column => column.Unique)],
        "records alone");

    private static RiskSection Frequencies(RiskReport report) => new(
        "frequencies",
        "Frequencies of equal masks",
        "A mask that occurs as often as no other is found by anyone who knows how often his target logs in. The bits "
        + "say how hard a row's value is to guess: on average (Shannon), and where the guess is the most frequent one "
        + "(min).",
        ["column", "masks", "most frequent, rows", "rows of a count of their own", "Shannon, bits", "min, bits"],
        [
            .. report.Frequencies.Select(column => (IReadOnlyList<string>)
            [
                column.Column, Words.Number(column.Distinct),
                string.Join(' ', column.Top.Take(ShownFrequencies).Select(Words.Number)),
                $"{RiskWords.Share(column.UniqueRows)} ({Words.Count(column.UniqueMasks, "mask")})",
                RiskWords.Decimal(column.ShannonBits), RiskWords.Decimal(column.MinEntropyBits),
            ]),
        ],
        []);

    private static RiskSection Coarser(RiskReport report) => new(
        "coarser",
        "Coarser columns",
        "What one or two coarser columns give, best first. Rows to leave out: those of classes that stay too small.",
        ["change", "k", "classes", $"records below {report.MinK}", "rows to leave out"],
        [
            .. report.Suggestions.Take(ShownSuggestions).Select(suggestion => (IReadOnlyList<string>)
            [
                RiskWords.Changes(suggestion.Changes), Words.Number(suggestion.K), Words.Number(suggestion.Classes),
                RiskWords.Share(suggestion.Below), Words.Number(suggestion.RowsBelow),
            ]),
        ],
        [.. report.Suggestions.Take(ShownSuggestions).Select(suggestion => suggestion.Below)],
        $"records below {report.MinK}");

    private static IReadOnlyList<string> Row(string attacker, RiskOfAttack risk) =>
        [attacker, RiskWords.Share(risk.AtRisk), RiskWords.Share(risk.Highest), RiskWords.Share(risk.Average)];

    /// <summary>That the numbers are too high, and why; empty where they are not.</summary>
    private static string Mixed(RiskReport report) => report.MixedGenerations.Count == 0 ? string.Empty :
        " These numbers are too high: " + string.Join(" and ", report.MixedGenerations.Select(column =>
            $"{column.Column} has masks of generations {string.Join(", ", column.Generations)}"))
        + ", so one value counts as several.";

    private static string People(long count) => count == 1 ? "1 person" : $"{Words.Number(count)} people";
}
