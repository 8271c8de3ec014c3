using System.Diagnostics.Metrics;
using Amazon.SQS;
using FetchEtl.Sqs;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the SQS client.</summary>
public static class SqsClientServiceCollectionExtensions
{
    /// <summary>
    /// Registers the one <see cref="IAmazonSQS"/> of the process, unless one is registered, and
    /// <see cref="SqsMetrics"/>. The SQS rider uses both.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options; null for AWS's own settings alone.</param>
    /// <returns>The services.</returns>
    /// <remarks>
    /// The client is created when it is first resolved, which throws <see cref="SqsSettingsException"/> where the
    /// options cannot work.
    /// </remarks>
    public static IServiceCollection AddSqsClient(
        this IServiceCollection services, Action<IServiceProvider, SqsClientOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton(provider => new SqsMetrics(
            provider.GetService<IMeterFactory>(), provider.GetService<TimeProvider>()));
        services.TryAddSingleton(provider =>
        {
            var options = new SqsClientOptions();
            configure?.Invoke(provider, options);
            return SqsClientFactory.Create(
                options,
                provider.GetRequiredService<SqsMetrics>(),
                provider.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance,
                provider.GetService<TimeProvider>() ?? TimeProvider.System);
        });
        return services;
    }
}
