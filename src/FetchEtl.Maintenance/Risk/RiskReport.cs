namespace FetchEtl.Maintenance;

/// <summary>
/// What a risk analysis found, as of one moment. It holds counts and shares and no value of a row. Shares are 0 to 1.
/// docs/risk.md says what each number means.
/// </summary>
/// <param name="Version">The form of the JSON document. It changes where a member changes its meaning or goes.</param>
/// <param name="Table">The table, quoted for SQL.</param>
/// <param name="Since">The first date that was read; null for no limit.</param>
/// <param name="Until">The last date that was read; null for no limit.</param>
/// <param name="Quasi">The quasi-identifiers.</param>
/// <param name="Person">The column that says whose row it is; null where each row is a person.</param>
/// <param name="MinK">The number of people below which a class is at risk.</param>
/// <param name="Rows">The rows.</param>
/// <param name="RowsWithoutPerson">The rows whose person is null.</param>
/// <param name="People">The distinct people.</param>
/// <param name="Classes">The classes of equal quasi-identifiers.</param>
/// <param name="Prosecutor">The risk where the attacker knows that his target is in the table.</param>
/// <param name="Journalist">The risk where he does not know it.</param>
/// <param name="Marketer">The share of records that he gets right when he names all.</param>
/// <param name="Diversity">The diversity of the sensitive columns within the classes.</param>
/// <param name="WithOneMore">The classes with one more column known.</param>
/// <param name="Frequencies">How often equal masks occur.</param>
/// <param name="Oracle">What masking by sending costs.</param>
/// <param name="Suggestions">The classes of coarser columns, best first.</param>
public sealed record RiskReport(
    int Version,
    string Table,
    DateOnly? Since,
    DateOnly? Until,
    IReadOnlyList<string> Quasi,
    string? Person,
    int MinK,
    long Rows,
    long RowsWithoutPerson,
    long People,
    RiskClasses Classes,
    RiskOfAttack Prosecutor,
    RiskOfAttack Journalist,
    double Marketer,
    IReadOnlyList<RiskDiversity> Diversity,
    IReadOnlyList<RiskWithColumn> WithOneMore,
    IReadOnlyList<RiskFrequency> Frequencies,
    RiskOracle Oracle,
    IReadOnlyList<RiskSuggestion> Suggestions)
{
    /// <summary>
    /// The columns of people and of diversity whose masks are of several generations. A person then counts once for
    /// each, so that k and l are too high.
    /// </summary>
    public IReadOnlyList<RiskGenerations> MixedGenerations { get; init; } = [];

    /// <summary>
    /// Whether every class holds at least <see cref="MinK"/> people. False where masks of several generations make k
    /// too high.
    /// </summary>
    public bool ReachesMinK => Classes.K >= MinK && MixedGenerations.Count == 0;
}

/// <summary>The generations of the masks in a column.</summary>
/// <param name="Column">The column.</param>
/// <param name="Generations">The generations, in order.</param>
public sealed record RiskGenerations(string Column, IReadOnlyList<int> Generations);

/// <summary>The classes: rows with equal quasi-identifiers. A record is a person in a class.</summary>
/// <param name="K">The people of the smallest class: the k of k-anonymity.</param>
/// <param name="KOfRows">
/// The rows of the class with the fewest rows, which is no protection where a person has many.
/// </param>
/// <param name="Count">The classes.</param>
/// <param name="Records">The people, each counted once in every class that has a row of theirs.</param>
/// <param name="Largest">The people of the largest class.</param>
/// <param name="UniqueRecords">The records that are alone in their class.</param>
/// <param name="RecordsBelow">The records in classes below the wanted k.</param>
/// <param name="PeopleBelow">The people with at least one such record.</param>
/// <param name="RowsBelow">The rows of such classes, which would have to go to reach the wanted k.</param>
/// <param name="Sizes">The distribution of the sizes.</param>
public sealed record RiskClasses(
    int K,
    int KOfRows,
    long Count,
    long Records,
    int Largest,
    long UniqueRecords,
    long RecordsBelow,
    long PeopleBelow,
    long RowsBelow,
    IReadOnlyList<RiskSizes> Sizes);

/// <summary>The classes of a range of sizes.</summary>
/// <param name="From">The fewest people.</param>
/// <param name="To">The most people; null for no limit.</param>
/// <param name="Classes">The classes.</param>
/// <param name="Records">Their records.</param>
public sealed record RiskSizes(int From, int? To, long Classes, long Records);

/// <summary>A risk of re-identification. A record's own risk is 1 divided by the people it could be.</summary>
/// <param name="AtRisk">The share of records whose risk is above 1 divided by the wanted k.</param>
/// <param name="Highest">The highest risk of a record.</param>
/// <param name="Lowest">The lowest risk of a record.</param>
/// <param name="Average">The average risk of the records.</param>
public sealed record RiskOfAttack(double AtRisk, double Highest, double Lowest, double Average);

/// <summary>The l-diversity of a column.</summary>
/// <param name="Column">The column.</param>
/// <param name="Distinct">The fewest distinct values of a class.</param>
/// <param name="Entropy">The lowest effective number of values of a class: e to the power of their entropy.</param>
/// <param name="RecordsOfOneValue">The share of records in classes that have one value.</param>
public sealed record RiskDiversity(string Column, int Distinct, double Entropy, double RecordsOfOneValue);

/// <summary>The classes where the attacker knows one more column.</summary>
/// <param name="Column">The column.</param>
/// <param name="Unique">The share of records that are alone in their class then.</param>
/// <param name="Below">The share of records in classes below the wanted k then.</param>
public sealed record RiskWithColumn(string Column, double Unique, double Below);

/// <summary>How often equal masks of a column occur.</summary>
/// <param name="Column">The column.</param>
/// <param name="Rows">The rows with a mask.</param>
/// <param name="Distinct">The distinct masks.</param>
/// <param name="Top">The rows of the most frequent masks, most first.</param>
/// <param name="UniqueMasks">The masks that occur as often as no other.</param>
/// <param name="UniqueRows">The share of rows that have such a mask.</param>
/// <param name="ShannonBits">The entropy of a row's mask, in bits.</param>
/// <param name="MinEntropyBits">Minus the binary logarithm of the share of the most frequent mask.</param>
public sealed record RiskFrequency(
    string Column,
    long Rows,
    long Distinct,
    IReadOnlyList<long> Top,
    long UniqueMasks,
    double UniqueRows,
    double ShannonBits,
    double MinEntropyBits);

/// <summary>How long somebody who may send messages and read the table takes to compute masks by sending.</summary>
/// <param name="Rate">The messages per second.</param>
/// <param name="ThousandVictimsSeconds">For 1,000 known values.</param>
/// <param name="AllDeviceIdsSeconds">For all device ids of the form DDD-DD-DDDD.</param>
/// <param name="AllIpv4Seconds">For all IPv4 addresses.</param>
public sealed record RiskOracle(
    double Rate, double ThousandVictimsSeconds, double AllDeviceIdsSeconds, double AllIpv4Seconds)
{
    internal static RiskOracle Of(double rate) => new(rate, 1e3 / rate, 1e9 / rate, Math.Pow(2, 32) / rate);
}

/// <summary>The classes of a coarser table.</summary>
/// <param name="Changes">What is coarser.</param>
/// <param name="ReachesMinK">Whether every class holds at least the wanted k of people.</param>
/// <param name="K">The people of the smallest class.</param>
/// <param name="Classes">The classes: the more, the more detail stays.</param>
/// <param name="Below">The share of records in classes below the wanted k.</param>
/// <param name="RowsBelow">The rows of such classes, which would have to go to reach the wanted k.</param>
public sealed record RiskSuggestion(
    IReadOnlyList<RiskChange> Changes, bool ReachesMinK, int K, long Classes, double Below, long RowsBelow);

/// <summary>A coarser column.</summary>
/// <param name="Column">The column.</param>
/// <param name="To">
/// <c>week</c> or <c>month</c> for a date, <c>minor</c> or <c>major</c> for a version, <c>none</c> where the column is
/// left out.
/// </param>
public sealed record RiskChange(string Column, string To);
