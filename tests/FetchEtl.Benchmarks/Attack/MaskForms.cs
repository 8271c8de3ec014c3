using System.Text.RegularExpressions;

namespace FetchEtl.Benchmarks;

/// <summary>
/// The masks of a column by method, which their form shows. A mask of the default method has a prefix, the generation.
/// It is removed, because it is not part of the hash.
/// </summary>
/// <param name="Sha256">Masks of 64 hex digits.</param>
/// <param name="Hmac">Masks of the default method, without their generation.</param>
/// <param name="Others">How many values have neither form.</param>
internal sealed partial record MaskForms(IReadOnlyList<string> Sha256, IReadOnlyList<string> Hmac, int Others)
{
    public static MaskForms Sort(IReadOnlyCollection<string> masks)
    {
        var sha256 = new List<string>();
        var hmac = new List<string>();
        foreach (var mask in masks)
        {
            var form = Form().Match(mask);
            if (form.Success)
            {
                (form.Groups["generation"].Success ? hmac : sha256).Add(form.Groups["digest"].Value);
            }
        }

        return new MaskForms(sha256, hmac, masks.Count - sha256.Count - hmac.Count);
    }

    [GeneratedRegex(
        @"^((?<generation>[0-9]+):)?(?<digest>[0-9a-fA-F]{64})\z",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Form();
}
