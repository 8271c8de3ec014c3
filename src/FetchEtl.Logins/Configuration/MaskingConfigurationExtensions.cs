using System.Globalization;

namespace Microsoft.Extensions.Configuration;

/// <summary>Reads the settings of masking from configuration.</summary>
public static class MaskingConfigurationExtensions
{
    /// <summary>The highest index of a list: a mistyped index must not create a list of millions.</summary>
    private const int MaxIndex = 999;

    /// <summary>
    /// Binds the section <c>Masking</c>. The index of a key is its generation, so a missing index stays missing, for
    /// <see cref="MaskingOptions.Validate"/> to report.
    /// </summary>
    /// <param name="configuration">The configuration that holds the section.</param>
    /// <param name="options">The settings to fill.</param>
    /// <exception cref="InvalidOperationException">
    /// The section has an unknown key, or a value of another type.
    /// </exception>
    public static void BindMasking(this IConfiguration configuration, MaskingOptions options)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(options);
        configuration.BindStrictly("Masking", options);
        ReadIndexed(configuration.GetSection("Masking:Keys"), options.Keys);
        ReadIndexed(configuration.GetSection("Masking:KeyFiles"), options.KeyFiles);
    }

    /// <summary>Binds a section; an unknown key in it is an <see cref="InvalidOperationException"/>.</summary>
    internal static void BindStrictly(this IConfiguration configuration, string section, object target) =>
        configuration.GetSection(section).Bind(target, binder => binder.ErrorOnUnknownConfiguration = true);

    /// <summary>
    /// Keeps gaps, which the binder would close: the masks of the second key would then pass for those of generation 1.
    /// A text with no index, or with one that is already used, goes behind a gap, so validation reports it.
    /// </summary>
    private static void ReadIndexed(IConfigurationSection section, IList<string> texts)
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
