using FetchEtl.Masking;

namespace FetchEtl.Service;

/// <summary>A mask that a verb received, and its place in the input.</summary>
/// <param name="Place">The place, such as <c>line 3</c>.</param>
/// <param name="Text">The mask as received.</param>
internal sealed record NamedMask(string Place, string Text)
{
    /// <summary>
    /// Returns the text for error lines. It shows the text only where that is a mask: a user may have entered a raw
    /// value by mistake.
    /// </summary>
    public override string ToString() => Mask.TryParse(Text, out _) ? $"{Place}, {Text}" : Place;
}
