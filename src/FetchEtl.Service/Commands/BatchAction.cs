namespace FetchEtl.Service;

/// <summary>Does the work of <c>reveal</c> or <c>erase</c> for some masks.</summary>
/// <param name="masks">The masks.</param>
/// <param name="advance">To be called with the number of masks that are done.</param>
internal delegate Task BatchAction(IReadOnlyList<NamedMask> masks, Action<int> advance);
