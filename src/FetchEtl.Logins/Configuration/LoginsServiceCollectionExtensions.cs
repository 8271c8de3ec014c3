using System.Globalization;
using FetchEtl.Logins;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers what <see cref="LoginConsumer"/> needs. The consumer itself is added to MassTransit.</summary>
public static class LoginsServiceCollectionExtensions
{
    /// <summary>
    /// Registers the writer, the masker and <see cref="LoginDbContext"/>, with settings from <c>ConnectionStrings:Logins</c>,
    /// <c>Storage</c>, <c>Masking</c> and <c>AppVersion</c>.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">The root of the configuration.</param>
    /// <returns>The services.</returns>
    /// <remarks>
    /// Settings are checked when the host starts; it does not start with a bad one (<see cref="OptionsValidationException"/>).
    /// A masker registered before is kept.
    /// </remarks>
    public static IServiceCollection AddLogins(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return services.AddLogins(options =>
        {
            options.ConnectionString = configuration.GetConnectionString("Logins");
            Bind("Storage", options.Storage);
            Bind("Masking", options.Masking);
            Bind("AppVersion", options.AppVersion);
            ReadKeys(configuration.GetSection("Masking:Keys"), options.Masking.Keys);
        });

        void Bind(string section, object target) =>
            configuration.GetSection(section).Bind(target, binder => binder.ErrorOnUnknownConfiguration = true);
    }

    /// <summary>Registers the writer, the masker and <see cref="LoginDbContext"/>, with settings from code.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The services.</returns>
    /// <remarks>As <see cref="AddLogins(IServiceCollection, IConfiguration)"/>.</remarks>
    public static IServiceCollection AddLogins(this IServiceCollection services, Action<LoginsOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);

        services.AddOptions<LoginsOptions>().Configure(configure).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<LoginsOptions>, LoginsOptionsValidator>());
        services.AddMetrics();
        services.AddPooledDbContextFactory<LoginDbContext>(UsePostgres);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IPiiMasker, HmacPiiMasker>();
        services.TryAddSingleton<LoginMetrics>();
        services.TryAddSingleton<WriterOutage>();
        if (services.Any(service => service.ServiceType == typeof(LoginWriter)))
        {
            return services;
        }

        services.AddSingleton(CreateWriter);
        services.AddHealthChecks().AddCheck<LoginWriterHealthCheck>(LoginWriterHealthCheck.Name, tags: ["ready"]);
        return services;
    }

    /// <summary>
    /// A key's index is its generation, so a gap stays a gap, to be refused: the binder would close it, and what is masked
    /// under the second key would pass for the first generation.
    /// </summary>
    private static void ReadKeys(IConfigurationSection section, IList<string> keys)
    {
        keys.Clear();
        foreach (var key in section.GetChildren())
        {
            if (!int.TryParse(key.Key, NumberStyles.None, CultureInfo.InvariantCulture, out var index) || index > 999)
            {
                index = keys.Count;
            }

            while (keys.Count <= index)
            {
                keys.Add(string.Empty);
            }

            keys[index] = key.Value ?? string.Empty;
        }
    }

    /// <summary>The writer reports its failures itself, once an outage; EF Core would report each attempt, with the server's text.</summary>
    private static void UsePostgres(IServiceProvider services, DbContextOptionsBuilder builder)
    {
        builder
            .UseNpgsql(services.GetRequiredService<IOptions<LoginsOptions>>().Value.ConnectionString)
            .ConfigureWarnings(warnings => warnings
                .Ignore(RelationalEventId.CommandError, RelationalEventId.ConnectionError)
                .Log((RelationalEventId.CommandExecuted, LogLevel.Debug)));
    }

    private static LoginWriter CreateWriter(IServiceProvider services)
    {
        return new LoginWriter(
            services.GetRequiredService<IDbContextFactory<LoginDbContext>>(),
            services.GetRequiredService<IOptions<LoginsOptions>>(),
            services.GetRequiredService<WriterOutage>(),
            services.GetRequiredService<LoginMetrics>(),
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILogger<LoginWriter>>());
    }
}
