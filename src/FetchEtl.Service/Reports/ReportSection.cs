namespace FetchEtl.Service;

/// <summary>A list of the report, for the console and for the page.</summary>
/// <param name="Id">Its name in the page.</param>
/// <param name="Title">Its title.</param>
/// <param name="Head">What a row is.</param>
/// <param name="Unit">What is counted.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="Note">What the numbers mean; empty where they need no words.</param>
/// <param name="Total">What the shares are shares of.</param>
internal sealed record ReportSection(
    string Id, string Title, string Head, string Unit, IReadOnlyList<ReportRow> Rows, string Note, long Total)
{
    /// <summary>The largest number that has a bar; 0 where none has.</summary>
    public long Most => Rows.Where(row => !row.IsOther).Select(row => row.Count).DefaultIfEmpty().Max();
}

/// <summary>A row of a list.</summary>
/// <param name="Label">The value, or what stands for it.</param>
/// <param name="Count">Its number.</param>
/// <param name="IsValue">Whether the label is the value itself.</param>
/// <param name="IsMask">Whether it is a mask.</param>
/// <param name="IsOther">
/// Whether it stands for several groups. It has no bar, which would dwarf those of the others.
/// </param>
internal sealed record ReportRow(
    string Label, long Count, bool IsValue, bool IsMask = false, bool IsOther = false);
