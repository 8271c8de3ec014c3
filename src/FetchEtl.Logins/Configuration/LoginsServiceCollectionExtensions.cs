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
    /// Settings are checked when the host starts; it does not start with a bad one (<see cref="OptionsValidationException"/>),
    /// nor where its masks would not fit those that the table holds (<see cref="MaskingRefusedException"/>).
    /// A masker registered before is kept.
    /// </remarks>
    public static IServiceCollection AddLogins(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return services.AddLogins(options =>
        {
            options.ConnectionString = configuration.GetConnectionString("Logins");
            configuration.BindStrictly("Storage", options.Storage);
            configuration.BindStrictly("AppVersion", options.AppVersion);
            configuration.BindMasking(options.Masking);
        });
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
        services.TryAddSingleton<LoginDataSource>();
        services.AddPooledDbContextFactory<LoginDbContext>(UsePostgres);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(CreateMasker);
        services.TryAddSingleton<StoredMasksVerifier>();
        services.AddHostedService<StoredMasksVerificationService>();
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

    /// <summary>The writer reports its failures itself, once an outage; EF Core would report each attempt, with the server's text.</summary>
    private static void UsePostgres(IServiceProvider services, DbContextOptionsBuilder builder)
    {
        builder
            .UseNpgsql(services.GetRequiredService<LoginDataSource>().Source)
            .ConfigureWarnings(warnings => warnings
                .Ignore(RelationalEventId.CommandError, RelationalEventId.ConnectionError, RelationalEventId.TransactionError)
                .Log((RelationalEventId.CommandExecuted, LogLevel.Debug)));
    }

    private static IPiiMasker CreateMasker(IServiceProvider services) =>
        PiiMaskers.Create(services.GetRequiredService<IOptions<LoginsOptions>>().Value.Masking);

    private static LoginWriter CreateWriter(IServiceProvider services)
    {
        return new LoginWriter(
            services.GetRequiredService<IDbContextFactory<LoginDbContext>>(),
            services.GetRequiredService<StoredMasksVerifier>(),
            PiiVault.Of(services.GetRequiredService<IOptions<LoginsOptions>>().Value.Masking),
            services.GetRequiredService<IOptions<LoginsOptions>>(),
            services.GetRequiredService<WriterOutage>(),
            services.GetRequiredService<LoginMetrics>(),
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILogger<LoginWriter>>(),
            services.GetRequiredService<LoginDataSource>());
    }
}
