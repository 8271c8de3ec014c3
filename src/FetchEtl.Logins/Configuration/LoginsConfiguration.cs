using Microsoft.Extensions.Configuration;

namespace FetchEtl.Logins;

/// <summary>Binds <see cref="LoginsOptions"/> to a configuration section. All keys are relative to it.</summary>
internal static class LoginsConfiguration
{
    public const string Storage = "Storage";
    public const string Masking = "Masking";
    public const string AppVersion = "AppVersion";

    /// <summary>
    /// Binds what can be bound. The validator reports the rest, so that one start shows all problems.
    /// </summary>
    public static void Bind(IConfiguration section, LoginsOptions options)
    {
        options.KeyPrefix = section is IConfigurationSection { Path: var path } ? $"{path}:" : string.Empty;
        options.ConnectionString = section.GetConnectionString("Logins");
        Bind(Storage, options.Storage, target => section.GetSection(Storage).Bind(target));
        Bind(AppVersion, options.AppVersion, target => section.GetSection(AppVersion).Bind(target));
        Bind(Masking, options.Masking, section.BindMasking);

        void Bind<T>(string name, T target, Action<T> bind)
        {
            if (SettingsForm.FindProblems(section.GetSection(name), typeof(T)) is { Count: > 0 } problems)
            {
                options.UnboundSections[name] = problems;
            }
            else
            {
                bind(target);
            }
        }
    }
}
