namespace FetchEtl.Service;

/// <summary>A mask that more than one row holds: these rows have equal values.</summary>
internal sealed record RepeatedMask(string Field, string Mask, int Rows);
