namespace FetchEtl.Benchmarks;

/// <summary>A prediction held against a measurement.</summary>
internal sealed record CheckedFigure(string Name, double Predicted, double Measured)
{
    /// <summary>The error of the prediction in percent of what was measured; positive where it is too high.</summary>
    public double ErrorPercent => ((Predicted / Measured) - 1) * 100;
}
