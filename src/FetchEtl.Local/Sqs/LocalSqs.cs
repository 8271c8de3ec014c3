using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace FetchEtl.Local;

/// <summary>
/// An SQS-compatible server in memory on the loopback interface, for demos, tests and benchmarks. Any SQS client can
/// use it with <see cref="ServiceUrl"/> as endpoint, any region and any credentials: signatures are not checked.
/// Requests of web pages that another site serves, and requests whose Host header names another machine, are refused.
/// </summary>
/// <remarks>
/// <para>
/// Queues, attributes, quotas and error codes follow the SQS API reference. Where SQS promises little, this server is
/// stricter: a standard queue delivers in the order in which messages became visible, and each receive sees the whole
/// queue. A <see cref="SqsFaultPlan"/> adds what SQS can also do and a consumer must survive.
/// </para>
/// <para>
/// Some rules of SQS do not apply here. Policies and encryption settings are stored and have no effect. A queue name
/// can be used again at once after DeleteQueue. <c>ReceiveRequestAttemptId</c> is ignored. Nothing survives the
/// process.
/// </para>
/// </remarks>
public sealed class LocalSqs : IAsyncDisposable
{
    private readonly KestrelServer _server;
    private readonly QueueStore _store;
    private readonly FaultInjector _injector;
    private readonly CallCounter _calls;

    private LocalSqs(KestrelServer server, QueueStore store, FaultInjector injector, CallCounter calls)
    {
        _server = server;
        _store = store;
        _injector = injector;
        _calls = calls;
        ServiceUrl = new(server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single());
    }

    /// <summary>The endpoint: <c>http://127.0.0.1:</c> and the port.</summary>
    public Uri ServiceUrl { get; }

    /// <summary>
    /// The fault plan for calls that start from now on. Any thread can replace it at any time. The draws start again
    /// with each assignment, also of the same plan.
    /// </summary>
    /// <value>Null: no faults.</value>
    /// <exception cref="ArgumentException">A rule is invalid. The message names the rule and the remedy.</exception>
    public SqsFaultPlan? Faults
    {
        get => _injector.Plan;
        set => _injector.Plan = value;
    }

    /// <summary>
    /// The number of injected faults of each kind since the start, under all plans. Contains every kind.
    /// </summary>
    public IReadOnlyDictionary<SqsFaultKind, long> FaultCounts => _injector.Counts;

    /// <summary>
    /// The number of calls of each operation since the start. Rejected and retried calls count too, since SQS bills
    /// them. Contains only operations that were called.
    /// </summary>
    public IReadOnlyDictionary<string, long> CallCounts => _calls.Counts;

    /// <summary>Starts a server without queues.</summary>
    /// <exception cref="ArgumentException">The fault plan has an invalid rule.</exception>
    /// <exception cref="IOException">The port is in use.</exception>
    public static async Task<LocalSqs> StartAsync(
        LocalSqsOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new();
        var injector = new FaultInjector { Plan = options.Faults };
        var kestrel = new KestrelServerOptions { AddServerHeader = false };
        kestrel.Listen(IPAddress.Loopback, options.Port);

        // Kestrel without a host: no configuration source changes it, and it handles no signals of the process.
        var transport = new SocketTransportFactory(
            Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance);
        var server = new KestrelServer(Options.Create(kestrel), transport, NullLoggerFactory.Instance);
        var store = new QueueStore(options);
        var calls = new CallCounter();
        try
        {
            await server.StartAsync(new ApiServer(store, options.Protocols, injector, calls), cancellationToken);
            return new(server, store, injector, calls);
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            server.Dispose();
            throw new IOException(
                $"LocalSqs can't listen on 127.0.0.1:{options.Port}: the port is in use. "
                + "Stop the process that listens there, or choose another port (0 selects a free one).",
                e);
        }
    }

    /// <summary>Stops at once. Waiting receives lose their connection; queues and messages are gone.</summary>
    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync(new CancellationToken(canceled: true));
        _server.Dispose();
        _store.Dispose();
    }
}
