namespace FetchEtl.Benchmarks;

/// <summary>A part of the run.</summary>
/// <param name="Name">What happens, for people.</param>
/// <param name="Minutes">How long it lasts on the run's clock.</param>
/// <param name="BeginAsync">Begins it.</param>
/// <param name="EndAsync">Ends it.</param>
/// <param name="Alerts">The alerts that fire at its end, with their labels beside job and severity.</param>
internal sealed record AlertPhase(
    string Name, int Minutes, Func<Task> BeginAsync, Func<Task> EndAsync, IReadOnlyDictionary<string, string> Alerts)
{
    private static readonly Dictionary<string, string> None = [];

    /// <summary>A part in which nothing fires.</summary>
    public static AlertPhase Calm(int minutes) =>
        new("calm", minutes, () => Task.CompletedTask, () => Task.CompletedTask, None);
}
