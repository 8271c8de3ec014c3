using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace FetchEtl.Logins;

/// <summary>Reads the texts of a list, each at its index.</summary>
internal static class IndexedTexts
{
    /// <summary>The highest index of a list: a mistyped index must not create a list of millions.</summary>
    private const int MaxIndex = 999;

    /// <summary>
    /// Keeps gaps, which the binder would close: the masks of the second key would then pass for those of generation 1.
    /// A text with no index, or with one that is already used, goes behind a gap, so validation reports it.
    /// </summary>
    public static void Read(IConfigurationSection section, IList<string> texts)
    {
        texts.Clear();
        foreach (var text in section.GetChildren())
        {
            if (!int.TryParse(text.Key, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
                || index > MaxIndex || index < texts.Count)
            {
                index = texts.Count + 1;
            }

            while (texts.Count <= index)
            {
                texts.Add(string.Empty);
            }

            texts[index] = text.Value ?? string.Empty;
        }
    }
}
