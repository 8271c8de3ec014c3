namespace FetchEtl.Service;

/// <summary>A message to send, and its place in the input.</summary>
/// <param name="Number">The line of the file, from 1; of generated messages their number.</param>
/// <param name="Body">The body; null where the line cannot be sent.</param>
/// <param name="Problem">Why it cannot be sent; null where it can.</param>
internal sealed record MessageLine(long Number, string? Body, string? Problem = null);
