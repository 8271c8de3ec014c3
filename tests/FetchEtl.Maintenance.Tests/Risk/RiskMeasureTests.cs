namespace FetchEtl.Maintenance.Tests;

/// <summary>The measures on classes alone, and on the example of ARX's own tests.</summary>
public sealed class RiskMeasureTests
{
    /// <summary>
    /// The example of ARX (Example29, and the data of its TestRiskMetrics): age, gender, zip code.
    /// </summary>
    private static readonly (int Age, string Gender, int Zip)[] Example =
    [
        (45, "female", 81675), (34, "male", 81667), (66, "male", 81925), (70, "female", 81931), (34, "female", 81931),
        (70, "male", 81931), (45, "male", 81931),
    ];

    [Fact]
    public void ARXs_example_has_the_risks_that_ARXs_tests_publish()
    {
        // TestRiskMetrics.testAverageRisk and testHighestIndividualRisk, before the anonymization.
        var raw = Classes(
            Example.Select(row => (row.Age * 100_000L) + row.Zip + (row.Gender == "male" ? 1L << 40 : 0)));
        var before = AttackMeasure.Prosecutor(raw, minK: 2);
        Assert.Equal((1.0, 1.0, 1.0), (before.Average, before.Highest, before.AtRisk));

        // Afterwards: k is 2 and seven records are three classes, so two, two and three are in one. That is age by 50,
        // any gender, and three digits of the zip code.
        var two = Classes(Example.Select(row => (row.Age < 50 ? 0L : 1L << 40) + (row.Zip / 100)));
        var after = AttackMeasure.Prosecutor(two, minK: 2);
        Assert.Equal([(2, 2L), (3, 1L)], two.Sizes.Select(size => (size.Key, size.Value)));
        Assert.Equal((0.42857142857142855, 0.5, 0.0), (after.Average, after.Highest, after.AtRisk));
        Assert.Equal(1.0 / 3, after.Lowest);
        Assert.Equal(4.0 / 7, AttackMeasure.Prosecutor(two, minK: 3).AtRisk);
    }

    [Fact]
    public void Without_a_population_the_journalists_risk_is_the_prosecutors_and_with_one_it_falls_with_its_size()
    {
        var classes = Classes([1, 1, 2, 2, 3, 3, 3]);

        Assert.Equal(AttackMeasure.Prosecutor(classes, 3), AttackMeasure.Journalist(classes, 3, share: 1));
        Assert.Equal(3.0 / 7, AttackMeasure.Marketer(classes, share: 1), 12);

        var drawn = AttackMeasure.Journalist(classes, 5, share: 2);
        Assert.Equal((4.0 / 7, 0.25, 1.0 / 6), (drawn.AtRisk, drawn.Highest, drawn.Lowest));
        Assert.Equal(3.0 / 14, drawn.Average, 12);
        Assert.Equal(3.0 / 14, AttackMeasure.Marketer(classes, share: 2), 12);
    }

    [Fact]
    public void Rows_of_one_person_count_once_and_rows_without_a_person_add_none()
    {
        var columns = RiskColumn.Of([1, 1, 1, 1, 2, 2]);
        var person = RiskColumn.Of([7, 7, 8, RiskColumn.Null, RiskColumn.Null, RiskColumn.Null]);

        var classes = RecordClasses.Of([columns], person, minK: 2);

        Assert.Equal([(1, 1L), (2, 1L)], classes.Sizes.Select(size => (size.Key, size.Value)));
        Assert.Equal((2, 2L, 0L), (classes.SmallestRows, classes.RowsBelow, classes.PeopleBelow));
    }

    [Fact]
    public void Keys_are_equal_exactly_where_all_columns_are_also_past_64_bits()
    {
        const int Rows = 2_000;
        var random = new Random(1);
        var values = Enumerable.Range(0, 9)
            .Select(_ => Enumerable.Range(0, Rows).Select(_ => random.NextInt64()).ToArray()).ToArray();
        for (var row = 1; row < Rows; row += 2)
        {
            // A twin of its neighbour, or of all but the last column.
            for (var column = 0; column < values.Length - (row % 4 == 1 ? 0 : 1); column++)
            {
                values[column][row] = values[column][row - 1];
            }
        }

        var keys = RecordKeys.Of([.. values.Select(RiskColumn.Of)], Rows).Rows;

        Assert.Equal(Rows - (Rows / 4), keys.Distinct().Count());
        Assert.All(
            Enumerable.Range(0, Rows / 2),
            twin => Assert.Equal(twin % 2 == 0, keys[2 * twin] == keys[(2 * twin) + 1]));
    }

    [Fact]
    public void The_oracles_cost_is_the_size_of_the_domain_at_the_rate() => Assert.Equal(
        new RiskOracle(25_000, 0.04, 40_000, 171_798.69184), RiskOracle.Of(25_000));

    private static RecordClasses Classes(IEnumerable<long> rows)
    {
        var column = RiskColumn.Of([.. rows]);
        return RecordClasses.Of([column], RiskColumn.OfRows(column.Codes.Length), minK: 2);
    }
}
