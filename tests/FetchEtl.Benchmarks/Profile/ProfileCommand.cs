using System.CommandLine;
using System.Globalization;

namespace FetchEtl.Benchmarks;

/// <summary>The verb <c>profile</c>: shows where the CPU time of the hand loop and of the service goes.</summary>
internal static class ProfileCommand
{
    private static readonly Option<int> Messages = NumberOption.AtLeastOne(
        "--messages", "How many messages each moves. They must last until the profile ends.", 1_000_000);

    private static readonly Option<int> After = NumberOption.AtLeastOne(
        "--after", "The second after the start of the process in which the profile begins.", 20);

    private static readonly Option<int> Seconds =
        NumberOption.AtLeastOne("--seconds", "How long the profile takes.", 25);

    public static Command Create()
    {
        var command = new Command(
            "profile",
            """
            Samples the hand loop of end-to-end and fetch-etl drain with Linux's perf, once most of their code is
            compiled, and prints the CPU time of each part, in µs a message. The innermost function whose library has a
            part decides. So a function of .NET's class library counts for the part that calls it.
            """)
        {
            Messages,
            After,
            Seconds,
        };
        command.SetAction((parsed, cancellationToken) => Measurement.RunAsync(command.Name, () => RunAsync(
            parsed.GetValue(Messages),
            TimeSpan.FromSeconds(parsed.GetValue(After)),
            TimeSpan.FromSeconds(parsed.GetValue(Seconds)),
            cancellationToken)));
        return command;
    }

    private static async Task RunAsync(
        int messages, TimeSpan after, TimeSpan duration, CancellationToken cancellationToken)
    {
        await using var estate = await MeasuredEstate.CreateAsync(cancellationToken);
        var run = new ProfileRun(estate, messages, after, duration);
        var hand = await run.RunAsync(Contender.HandLoop, cancellationToken);
        var service = await run.RunAsync(Contender.Service, cancellationToken);

        Console.WriteLine("| CPU µs a message | hand loop | service |");
        Console.WriteLine("| --- | --- | --- |");
        foreach (var part in hand.Parts.Concat(service.Parts).Distinct().OrderByDescending(service.Microseconds))
        {
            Write(part, x => x.Microseconds(part));
        }

        Write("all", x => x.AllMicroseconds);
        Write("messages/s meanwhile", x => x.MessagesPerSecond, "N0");

        void Write(string name, Func<Profile, double> figure, string format = "N1")
        {
            var cells = new[] { hand, service }.Select(x => figure(x).ToString(format, CultureInfo.InvariantCulture));
            Console.WriteLine($"| {name} | {string.Join(" | ", cells)} |");
        }
    }
}
