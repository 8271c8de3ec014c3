using FetchEtl.Logins;

namespace FetchEtl.Service;

/// <summary>A mask that a verb was given, and where.</summary>
internal sealed record NamedMask(string Place, string Text)
{
    /// <summary>For error lines: the mask itself is shown only where it can't be a raw value, given by mistake.</summary>
    public override string ToString() => Mask.TryParse(Text, out _) ? $"{Place}, {Text}" : Place;
}
