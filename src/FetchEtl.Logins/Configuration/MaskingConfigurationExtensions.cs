using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace FetchEtl.Logins;

/// <summary>Reads settings from configuration.</summary>
internal static class MaskingConfiguration
{
    /// <summary>A mistyped index must not make a list of millions.</summary>
    private const int MaxIndex = 999;

    /// <summary>Binds a section; an unknown key in it is an <see cref="InvalidOperationException"/>.</summary>
    public static void BindStrictly(this IConfiguration configuration, string section, object target) =>
        configuration.GetSection(section).Bind(target, binder => binder.ErrorOnUnknownConfiguration = true);

    /// <summary>Binds <c>Masking</c>.</summary>
    public static void BindMasking(this IConfiguration configuration, MaskingOptions options)
    {
        configuration.BindStrictly("Masking", options);
        ReadIndexed(configuration.GetSection("Masking:Keys"), options.Keys);
        ReadIndexed(configuration.GetSection("Masking:KeyFiles"), options.KeyFiles);
    }

    /// <summary>
    /// A key's index is its generation, so a gap stays a gap, to be refused: the binder would close it, and what is masked
    /// under the second key would pass for the first generation. What has no index, or another's, comes behind a gap and is
    /// refused with it.
    /// </summary>
    private static void ReadIndexed(IConfigurationSection section, IList<string> texts)
    {
        texts.Clear();
        foreach (var text in section.GetChildren())
        {
            if (!int.TryParse(text.Key, NumberStyles.None, CultureInfo.InvariantCulture, out var index) || index > MaxIndex || index < texts.Count)
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
