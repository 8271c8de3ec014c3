namespace FetchEtl.Maintenance;

/// <summary>
/// Risks of re-identification as ARX computes them (RiskModelSampleSummary), after El Emam, "Guide to the
/// De-Identification of Personal Health Information".
/// </summary>
internal static class AttackMeasure
{
    /// <summary>
    /// The attacker knows that his target is in the table: a record's risk is 1 divided by its class.
    /// </summary>
    public static RiskOfAttack Prosecutor(RecordClasses classes, int minK) => new(
        (double)classes.RecordsBelow(minK) / classes.Records,
        1.0 / classes.Smallest,
        1.0 / classes.Largest,
        (double)classes.Count / classes.Records);

    /// <summary>
    /// The attacker does not know whether his target is in the table: the class of the population counts.
    /// </summary>
    /// <param name="classes">The table's classes.</param>
    /// <param name="minK">The wanted k.</param>
    /// <param name="share">
    /// The people of the population for each of the table; at least 1. Every class is taken to be drawn alike.
    /// </param>
    public static RiskOfAttack Journalist(RecordClasses classes, int minK, double share)
    {
        var atRisk = classes.Sizes.Where(size => size.Key * share < minK).Sum(size => size.Key * size.Value);
        var population = classes.Sizes.Sum(size => size.Key * share * size.Value);
        return new RiskOfAttack(
            (double)atRisk / classes.Records,
            1 / (classes.Smallest * share),
            1 / (classes.Largest * share),
            Math.Max(classes.Count / population, Marketer(classes, share)));
    }

    /// <summary>The attacker names a person for every record: the share that he gets right on average.</summary>
    public static double Marketer(RecordClasses classes, double share) =>
        classes.Sizes.Sum(size => size.Value / share) / classes.Records;
}
