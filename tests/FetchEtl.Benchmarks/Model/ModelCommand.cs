using System.CommandLine;
using System.Text.Json;

namespace FetchEtl.Benchmarks;

/// <summary>The verb <c>model</c>: predicts what a rate needs, without measuring anything.</summary>
internal static class ModelCommand
{
    private static readonly LoadAssumptions Standard = new();

    private static readonly Option<int[]> Rate = NumberOption.EachAtLeastOne(
        "--rate", "Messages a second. Several are shown side by side, without limits and assumptions.", [5000]);

    private static readonly Option<bool> Fifo = new("--fifo")
    {
        Description = "The queue is a FIFO queue without high throughput.",
    };

    private static readonly Option<double> Cpu = NumberOption.Positive(
        "--cpu-us", "CPU time of a worker a message in µs.", Standard.WorkerMicroseconds);

    private static readonly Option<double> Cores = NumberOption.Positive(
        "--cores", "Cores of a worker.", Standard.WorkerCores);

    private static readonly Option<double> Utilisation = NumberOption.Positive(
        "--utilisation", "The share of its capacity that a worker may use, below 1.", Standard.Utilisation, below: 1);

    private static readonly Option<double> Latency = NumberOption.Positive(
        "--latency-ms", "Time of a receive that finds messages, and of a delete, in ms.", Standard.ReceiveMilliseconds);

    private static readonly Option<double> Commit = NumberOption.Positive(
        "--commit-ms", "Time of a statement without its rows in ms.", Standard.CommitMilliseconds);

    private static readonly Option<double> Database = NumberOption.Positive(
        "--database-us", "CPU time of PostgreSQL a row in µs.", Standard.DatabaseMicroseconds);

    private static readonly Option<int> Prefetch = NumberOption.AtLeastOne(
        "--prefetch", "The setting Sqs:PrefetchCount.", Standard.Prefetch);

    private static readonly Option<int> Writers = NumberOption.AtLeastOne(
        "--writers", "The setting Storage:Writers.", Standard.Writers);

    private static readonly Option<double?> Rows = new("--rows")
    {
        Description = "Rows of the table, or of the partition that is written. Without it, those of a day.",
    };

    private static readonly Option<double> Checkpoint = NumberOption.Positive(
        "--checkpoint-seconds", "Seconds from one checkpoint to the next.", Standard.CheckpointSeconds);

    private static readonly Option<bool> Json = new("--json") { Description = "Prints one line of JSON instead." };

    public static Command Create()
    {
        var command = new Command(
            "model",
            """
            Predicts what a rate needs: workers, load of the database, messages in flight, SQS calls and their cost. It
            computes and measures nothing: docs/scaling.md explains each step. The assumptions are printed too.
            """)
        {
            Rate,
            Fifo,
            Cpu,
            Cores,
            Utilisation,
            Latency,
            Commit,
            Database,
            Prefetch,
            Writers,
            Rows,
            Checkpoint,
            Json,
        };
        command.SetAction(parsed =>
        {
            var output = parsed.InvocationConfiguration.Output;
            (LoadAssumptions Given, LoadPrediction Predicted)[] rates =
                [.. parsed.GetValue(Rate)!.Select(rate => Given(parsed, rate)).Select(x => (x, LoadModel.Predict(x)))];
            if (parsed.GetValue(Json))
            {
                output.WriteLine(JsonSerializer.Serialize(
                    rates.Select(x => new { assumed = x.Given, predicted = x.Predicted }), JsonSerializerOptions.Web));
            }
            else if (rates is [var (given, predicted)])
            {
                ModelReport.Write(output, given, predicted);
            }
            else
            {
                ModelReport.Write(output, rates);
            }
        });
        return command;
    }

    private static LoadAssumptions Given(ParseResult parsed, int rate) => Standard with
    {
        Rate = rate,
        Fifo = parsed.GetValue(Fifo),
        WorkerMicroseconds = parsed.GetValue(Cpu),
        WorkerCores = parsed.GetValue(Cores),
        Utilisation = parsed.GetValue(Utilisation),
        ReceiveMilliseconds = parsed.GetValue(Latency),
        DeleteMilliseconds = parsed.GetValue(Latency),
        CommitMilliseconds = parsed.GetValue(Commit),
        DatabaseMicroseconds = parsed.GetValue(Database),
        Prefetch = parsed.GetValue(Prefetch),
        Writers = parsed.GetValue(Writers),
        PartitionRows = parsed.GetValue(Rows),
        CheckpointSeconds = parsed.GetValue(Checkpoint),
    };
}
