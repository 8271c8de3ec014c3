namespace FetchEtl.Service;

/// <summary>A mask that stands in more than one row: the same value, without saying which.</summary>
internal sealed record RepeatedMask(string Field, string Mask, int Rows);
