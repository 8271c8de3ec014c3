namespace FetchEtl.Service;

/// <summary>A table of the risk report, for the console and for the page.</summary>
/// <param name="Id">Its name in the page.</param>
/// <param name="Title">Its title.</param>
/// <param name="Note">What the numbers mean.</param>
/// <param name="Headers">The heads of its columns.</param>
/// <param name="Rows">The texts of its rows.</param>
/// <param name="Bars">A share for each row, which the page draws; empty for none.</param>
/// <param name="Axis">What the shares are.</param>
internal sealed record RiskSection(
    string Id,
    string Title,
    string Note,
    IReadOnlyList<string> Headers,
    IReadOnlyList<IReadOnlyList<string>> Rows,
    IReadOnlyList<double> Bars,
    string Axis = "");
