using Spectre.Console;
using Spectre.Console.Rendering;

namespace FetchEtl.Service;

/// <summary>
/// The progress of every long verb, on standard error: a bar with rate and time left at a terminal, else a line every
/// half minute, so that short work prints nothing. The result of a verb is on standard output.
/// </summary>
internal static class ProgressDisplay
{
    private const int BarWidth = 20;

    /// <summary>Between two lines where there is no terminal.</summary>
    internal static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(30);

    private static readonly Lazy<IAnsiConsole> Terminal = new(static () =>
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }));

    /// <summary>Whether standard error is a terminal that can move its cursor.</summary>
    public static bool IsShown => !Console.IsErrorRedirected
        && Terminal.Value.Profile.Capabilities is { Interactive: true, Ansi: true };

    /// <summary>Runs work and shows its progress.</summary>
    /// <param name="what">The work, as in <c>sending</c>.</param>
    /// <param name="unit">What is counted, in the plural, as in <c>messages</c>.</param>
    /// <param name="run">Gets what receives the progress.</param>
    /// <param name="isQuiet">Whether nothing is shown: the terminal shows the results as they come.</param>
    /// <param name="log">Gets the lines instead of standard error; null for standard error.</param>
    public static Task<T> RunAsync<T>(
        string what,
        string unit,
        Func<IProgress<WorkProgress>, Task<T>> run,
        bool isQuiet = false,
        Action<string>? log = null)
    {
        var meter = new ProgressMeter(unit, TimeProvider.System);
        if (isQuiet)
        {
            return run(meter);
        }

        return log is null && IsShown
            ? ShowBarAsync(what, meter, run)
            : WriteLinesAsync(
                what,
                meter,
                run,
                TimeProvider.System,
                log ?? (static line => StandardError.WriteLine($"fetch-etl: {line}")));
    }

    /// <summary>Runs work without a terminal: a line every half minute.</summary>
    internal static async Task<T> WriteLinesAsync<T>(
        string what,
        ProgressMeter meter,
        Func<IProgress<WorkProgress>, Task<T>> run,
        TimeProvider time,
        Action<string> write)
    {
        await using var timer = time.CreateTimer(
            _ => write($"{what}: {meter.Describe()}."), null, LineInterval, LineInterval);
        return await run(meter);
    }

    private static Task<T> ShowBarAsync<T>(
        string what, ProgressMeter meter, Func<IProgress<WorkProgress>, Task<T>> run) => Terminal.Value.Progress()
        .Columns(
            new TaskDescriptionColumn(),
            new ProgressBarColumn { Width = BarWidth },
            new PercentageColumn(),
            new RateColumn(meter))
        .StartAsync(context => run(new Bar(context.AddTask(what), meter, what)));

    private sealed class Bar(ProgressTask task, ProgressMeter meter, string what) : IProgress<WorkProgress>
    {
        public void Report(WorkProgress value)
        {
            meter.Report(value);
            var last = meter.Last;
            task.Description = Markup.Escape(last.Stage ?? what);
            task.IsIndeterminate = last.Total is null;
            task.MaxValue = Math.Max(1, last.Total ?? 1);
            task.Value = last switch
            {
                { Total: null } => 0,
                { Total: 0 } => task.MaxValue,
                _ => last.Done,
            };
        }
    }

    private sealed class RateColumn(ProgressMeter meter) : ProgressColumn
    {
        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text(meter.DescribeRate());
    }
}
