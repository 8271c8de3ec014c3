using FetchEtl.Logins;

namespace Microsoft.Extensions.Configuration;

/// <summary>Reads the settings of masking from configuration.</summary>
public static class MaskingConfigurationExtensions
{
    /// <summary>
    /// Binds the section <c>Masking</c>. The index of a key is its generation, so a missing index stays missing, for
    /// <see cref="MaskingOptions.Validate"/> to report.
    /// </summary>
    /// <param name="configuration">The configuration that holds the section.</param>
    /// <param name="options">The settings to fill.</param>
    /// <exception cref="MaskingRefusedException">
    /// The section has an unknown key, or a value of another form. It names every such key, and no value.
    /// </exception>
    public static void BindMasking(this IConfiguration configuration, MaskingOptions options)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(options);
        var problems = SettingsReader.Read(configuration.GetSection(LoginsConfiguration.Masking), options);
        if (problems.Count > 0)
        {
            throw new MaskingRefusedException(problems);
        }
    }
}
