using FetchEtl.Logins;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// Registers the services of <see cref="LoginConsumer"/>. The consumer itself is added to MassTransit.
/// </summary>
public static class LoginsServiceCollectionExtensions
{
    /// <summary>
    /// Registers the writer, the masker, <see cref="LoginDataSource"/> and <see cref="LoginDbContext"/>, with settings
    /// from a configuration section.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="section">
    /// The section that holds <c>ConnectionStrings:Logins</c>, <c>Storage:…</c>, <c>Masking:…</c> and
    /// <c>AppVersion:…</c>: the root of the configuration, or a section such as <c>FetchEtl</c> where the root has
    /// sections of these names for other purposes.
    /// </param>
    /// <param name="configure">Sets further options after the section, such as those that only code can set.</param>
    /// <returns>The services.</returns>
    /// <remarks>
    /// <para>
    /// The host checks the settings at start. It does not start with a bad setting
    /// (<see cref="OptionsValidationException"/>, with every problem), or where new masks would not match those in the
    /// table (<see cref="MaskingRefusedException"/>).
    /// </para>
    /// <para>A masker that is registered before is kept.</para>
    /// </remarks>
    public static IServiceCollection AddLogins(
        this IServiceCollection services, IConfiguration section, Action<LoginsOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(section);
        return services.AddLogins(options =>
        {
            LoginsConfiguration.Bind(section, options);
            configure?.Invoke(options);
        });
    }

    /// <summary>
    /// Registers the writer, the masker, <see cref="LoginDataSource"/> and <see cref="LoginDbContext"/>, with settings
    /// from code.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The services.</returns>
    /// <remarks>As <see cref="AddLogins(IServiceCollection, IConfiguration, Action{LoginsOptions})"/>.</remarks>
    public static IServiceCollection AddLogins(this IServiceCollection services, Action<LoginsOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);

        services.AddOptions<LoginsOptions>().Configure(configure).ValidateOnStart();
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<LoginsOptions>, LoginsOptionsValidator>());
        services.AddMetrics();
        services.AddPooledDbContextFactory<LoginDbContext>(UsePostgres);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(static provider => new LoginDataSource(
            provider.GetRequiredService<IOptions<LoginsOptions>>().Value, provider));
        services.TryAddSingleton(CreateMasker);
        services.TryAddSingleton<StoredMasksVerifier>();
        services.TryAddSingleton<DurabilityWarnings>();
        services.AddHostedService<SettingsWarnings>();
        services.AddHostedService<StoredMasksVerificationService>();
        services.TryAddSingleton<DatabaseCheck>();
        services.TryAddSingleton<DatabaseWatch>();
        services.AddHostedService(static provider => provider.GetRequiredService<DatabaseWatch>());
        services.TryAddSingleton<LoginMetrics>();
        services.TryAddSingleton(new RetryDelay(new Random()));
        services.TryAddSingleton<WriterCircuit>();
        services.TryAddSingleton<IBatchStatement>(CreateStatement);
        services.TryAddSingleton<BatchAttempt>();
        services.TryAddSingleton<BatchLimit>();
        services.TryAddSingleton<RefusalLedger>();
        services.TryAddSingleton<Refusals>();
        services.TryAddSingleton<BatchWriter>();
        services.TryAddSingleton<LoginQueue>();
        services.TryAddSingleton<HeldRefusals>();
        services.TryAddSingleton<SuspectLoop>();
        // MassTransit's AddConsumer would register it per scope.
        services.TryAddSingleton<LoginConsumer>();
        if (services.Any(service => service.ServiceType == typeof(LoginWriter)))
        {
            return services;
        }

        services.AddSingleton(CreateWriter);
        services.AddHealthChecks().AddCheck<LoginWriterHealthCheck>(LoginWriterHealthCheck.Name, tags: ["ready"]);
        return services;
    }

    /// <summary>
    /// Configures the contexts of applications. EF Core logs no failure, since the server's text can quote a row.
    /// </summary>
    private static void UsePostgres(IServiceProvider services, DbContextOptionsBuilder builder)
    {
        var database = services.GetRequiredService<LoginDataSource>();
        builder
            .UseLoginTables(database.Tables)
            .UseNpgsql(database.Source)
            .ConfigureWarnings(warnings => warnings
                .Ignore(
                    CoreEventId.QueryIterationFailed,
                    RelationalEventId.CommandError,
                    RelationalEventId.ConnectionError,
                    RelationalEventId.TransactionError)
                .Log((RelationalEventId.CommandExecuted, LogLevel.Debug)));
    }

    private static IPiiMasker CreateMasker(IServiceProvider services) =>
        PiiMaskers.Create(services.GetRequiredService<IOptions<LoginsOptions>>().Value.Masking);

    private static BatchStatement CreateStatement(IServiceProvider services)
    {
        var database = services.GetRequiredService<LoginDataSource>();
        return new(
            database,
            services.GetRequiredService<StoredMasksVerifier>(),
            new DurableInsert(database.Tables, services.GetRequiredService<IPiiMasker>(), database.Form),
            new TableFitting(database.Tables, database.Form, services.GetRequiredService<ILogger<LoginWriter>>()),
            PiiVault.Of(services.GetRequiredService<IOptions<LoginsOptions>>().Value.Masking),
            services.GetRequiredService<DurabilityWarnings>(),
            services.GetRequiredService<TimeProvider>());
    }

    private static LoginWriter CreateWriter(IServiceProvider services) => new(
        services.GetRequiredService<BatchWriter>(),
        services.GetRequiredService<SuspectLoop>(),
        services.GetRequiredService<Refusals>(),
        services.GetRequiredService<WriterCircuit>(),
        services.GetRequiredService<BatchLimit>(),
        services.GetRequiredService<LoginQueue>(),
        services.GetRequiredService<IOptions<LoginsOptions>>(),
        services.GetRequiredService<StoredMasksVerifier>());
}
