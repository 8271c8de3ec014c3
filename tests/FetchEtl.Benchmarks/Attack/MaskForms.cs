using System.Text.RegularExpressions;

namespace FetchEtl.Benchmarks;

/// <summary>
/// A column's masks by their form, which tells the method. The generation in front of a mask of the default method is no part of
/// a hash, so it is taken off: with it, no hash's text could be equal.
/// </summary>
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

    [GeneratedRegex(@"^((?<generation>[0-9]+):)?(?<digest>[0-9a-fA-F]{64})\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Form();
}
