using System.CommandLine;

namespace FetchEtl.Benchmarks;

/// <summary>The verb <c>index-cost</c>: what each index for analysts costs the service's INSERT.</summary>
internal static class IndexCostCommand
{
    private static readonly Option<int> Rows = NumberOption.AtLeastOne(
        "--rows", "How many rows each table has at first.", 1_000_000);

    private static readonly Option<int> Rounds = NumberOption.AtLeastOne(
        "--rounds", "How many batches each table gets.", 600);

    private static readonly Option<int> BatchSize = NumberOption.AtLeastOne(
        "--batch", "How many rows a batch has.", 70);

    public static Command Create()
    {
        var command = new Command(
            "index-cost",
            """
            Measures the service's INSERT of a batch and its commit into copies of one user_logins: without the indexes
            of docs/indexes.md, with each alone, and with all of them. The copies take turns, batch by batch.
            """)
        {
            Rows,
            Rounds,
            BatchSize,
        };
        command.SetAction((parsed, cancellationToken) => Measurement.RunAsync(
            command.Name,
            () => new IndexCostRun(parsed.GetValue(Rows), parsed.GetValue(Rounds), parsed.GetValue(BatchSize))
                .RunAsync(cancellationToken)));
        return command;
    }
}
