using FetchEtl.Maintenance;

namespace FetchEtl.Service;

/// <summary>Passes the progress over a table on, and remembers it for a stop.</summary>
/// <param name="display">Receives it.</param>
internal sealed class TableProgress(IProgress<WorkProgress> display) : IProgress<MaintenanceProgress>
{
    private MaintenanceProgress? _last;

    public void Report(MaintenanceProgress value)
    {
        _last = value;
        var stage = value.Pass == 1 ? value.Table : $"{value.Table}, pass {value.Pass}";
        display.Report(new WorkProgress(value.Done, value.Total, stage));
    }

    /// <summary>Runs the work of a verb, and says at a stop how far it came.</summary>
    /// <param name="verb">The verb, which continues the work when it runs again.</param>
    /// <param name="run">The work.</param>
    /// <param name="cancellationToken">The stop.</param>
    /// <exception cref="VerbStoppedException">It was stopped.</exception>
    public static async Task<T> RunAsync<T>(
        string verb, Func<IProgress<MaintenanceProgress>, Task<T>> run, CancellationToken cancellationToken)
    {
        TableProgress? progress = null;
        try
        {
            return await ProgressDisplay.RunAsync(
                "counting", "blocks", display => run(progress = new TableProgress(display)));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new VerbStoppedException(
                $"stopped {progress?.Place() ?? "before the first row"}. The rows done so far are committed; run "
                + $"'{verb}' again to continue.");
        }
    }

    private string? Place() => _last is { } last
        ? $"after {Words.Number(last.Done)} of {Words.Number(last.Total)} blocks of {last.Table}, pass {last.Pass}"
        : null;
}
