using System.Globalization;

namespace FetchEtl.Benchmarks;

/// <summary>The result as Markdown tables, ratios first.</summary>
internal static class EndToEndReport
{
    public static void Write(EndToEndResult result)
    {
        Console.WriteLine(
            Text($"{result.Rounds} rounds of {result.Messages:N0} messages, ")
            + Text($"{result.MessagesOneAtATime:N0} one at a time; {result.Cores} cores."));
        Console.WriteLine();
        Console.WriteLine("| ratio, of runs in the same round | median | lowest | highest |");
        Console.WriteLine("| --- | --- | --- | --- |");
        WriteRatio("messages/s, service / hand loop", result.ServiceToHandLoop);
        WriteRatio("messages/s, service / one at a time", result.ServiceToOneAtATime);
        WriteRatio("CPU a message, service / hand loop", result.CpuServiceToHandLoop);
        Console.WriteLine();

        var contenders = Enum.GetValues<Contender>();
        Console.WriteLine("| medians | one at a time | hand loop | service |");
        Console.WriteLine("| --- | --- | --- | --- |");
        WriteLine("messages/s", x => Text($"{x.MessagesPerSecond:N0}"));
        WriteLine("CPU µs a message", x => Text($"{x.CpuMicroseconds:N1}"));
        WriteLine("peak RSS, MiB", x => Text($"{x.PeakMebibytes:N0}"));
        WriteLine("rows a statement", x => Text($"{x.RowsPerStatement:N0}"));
        WriteLine("SQS calls a message", x => Text($"{x.AllCallsPerMessage:N4}"));
        var operations = contenders.SelectMany(x => result.Contenders[x].CallsPerMessage.Keys).Distinct();
        foreach (var operation in operations.Order(StringComparer.Ordinal))
        {
            WriteLine($"of these {operation}", x => Text($"{x.CallsPerMessage.GetValueOrDefault(operation):N4}"));
        }

        void WriteLine(string name, Func<ContenderFigures, string> figure)
        {
            var cells = contenders.Select(x => figure(result.Contenders[x]));
            Console.WriteLine($"| {name} | {string.Join(" | ", cells)} |");
        }
    }

    private static void WriteRatio(string name, Ratio ratio) =>
        Console.WriteLine(Text($"| {name} | {ratio.Median:N2} | {ratio.Lowest:N2} | {ratio.Highest:N2} |"));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
