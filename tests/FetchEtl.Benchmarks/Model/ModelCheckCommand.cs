using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace FetchEtl.Benchmarks;

/// <summary>The verb <c>model-check</c>: holds the model's predictions against runs on this machine.</summary>
internal static class ModelCheckCommand
{
    private const int LeastMessages = 1000;

    private static readonly Option<int> Messages = NumberOption.AtLeastOne(
        "--messages", "How many messages a drain moves, 1,000 or more: the first a quarter, the last 1%.", 300_000);

    private static readonly Option<int> Rate = NumberOption.AtLeastOne(
        "--rate", "Messages a second of the run at a fixed rate, one a call.", 500);

    private static readonly Option<int> Seconds = NumberOption.AtLeastOne(
        "--seconds", "How long the run at a fixed rate is measured, after a warm-up of 10 s.", 30);

    private static readonly Option<bool> Json = new("--json") { Description = "Prints one line of JSON instead." };

    public static Command Create()
    {
        var command = new Command(
            "model-check",
            """
            Holds the predictions of model against this machine. Two drains, a short and a long one, give the CPU time
            of worker, local SQS and PostgreSQL a message; 200 calls each give the times of a receive and a commit. From
            these alone the speed of further drains and the figures of a run at a fixed rate are predicted. Then they
            are measured. The bytes of table and log are predicted by the model's defaults. Speeds are those of the
            second half of the rows. Linux only.
            """)
        {
            Messages,
            Rate,
            Seconds,
            Json,
        };
        command.SetAction((parsed, cancellationToken) => Measurement.RunAsync(command.Name, async () =>
        {
            if (parsed.GetValue(Messages) < LeastMessages)
            {
                throw new MeasurementException($"--messages must be {LeastMessages} or more.");
            }

            await using var estate = await MeasuredEstate.CreateAsync(cancellationToken);
            var run = new ModelCheckRun(
                estate,
                parsed.GetValue(Messages),
                parsed.GetValue(Rate),
                TimeSpan.FromSeconds(parsed.GetValue(Seconds)));
            Write(await run.RunAsync(cancellationToken), parsed.GetValue(Json));
        }));
        return command;
    }

    private static void Write(IReadOnlyList<CheckedFigure> figures, bool json)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(figures, JsonSerializerOptions.Web));
            return;
        }

        Console.WriteLine("| figure | predicted | measured | error |");
        Console.WriteLine("| --- | --- | --- | --- |");
        foreach (var figure in figures)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {figure.Name} | {Number(figure.Predicted)} | {Number(figure.Measured)} "
                + $"| {figure.ErrorPercent:+0;-0;0}% |"));
        }
    }

    private static string Number(double value) =>
        value.ToString(value >= 1000 ? "N0" : value >= 10 ? "N1" : "N3", CultureInfo.InvariantCulture);
}
