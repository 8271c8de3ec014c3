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
/// A stand-in for Amazon SQS, in memory, on the loopback interface: for demos, tests and benchmarks. Any SQS client can use it
/// with <see cref="ServiceUrl"/> as its endpoint, any region and any credentials: signatures are not checked.
/// </summary>
/// <remarks>
/// Queues, their attributes, limits and error codes follow the SQS API reference. Where SQS promises little, this is stricter:
/// a standard queue delivers in the order in which messages became visible, and each receive sees all of the queue. Policies
/// and encryption settings are kept and shown, and have no effect. Nothing outlives the process. What SQS may also do, and a
/// consumer must survive, a <see cref="SqsFaultPlan"/> brings about.
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

    /// <summary>Where it listens: <c>http://127.0.0.1:</c> and the port.</summary>
    public Uri ServiceUrl { get; }

    /// <summary>
    /// The faults in force, for calls that begin from now on. May be exchanged at any time, from any thread; the plan's draws
    /// begin anew, even if it is the same one.
    /// </summary>
    /// <value>Null: none.</value>
    /// <exception cref="ArgumentException">A rule is bad; the message names it and the remedy.</exception>
    public SqsFaultPlan? Faults
    {
        get => _injector.Plan;
        set => _injector.Plan = value;
    }

    /// <summary>How often each kind of fault has struck since the start, whatever plans were in force; all kinds are there.</summary>
    public IReadOnlyDictionary<SqsFaultKind, long> FaultCounts => _injector.Counts;

    /// <summary>
    /// How often each operation was called since the start, refused and retried calls included, which SQS bills too; operations
    /// that were not called are not there.
    /// </summary>
    public IReadOnlyDictionary<string, long> CallCounts => _calls.Counts;

    /// <summary>Starts a server with no queues.</summary>
    /// <exception cref="ArgumentException">The fault plan has a bad rule.</exception>
    /// <exception cref="IOException">The port is in use.</exception>
    public static async Task<LocalSqs> StartAsync(LocalSqsOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new();
        var injector = new FaultInjector { Plan = options.Faults };
        var kestrel = new KestrelServerOptions { AddServerHeader = false };
        kestrel.Listen(IPAddress.Loopback, options.Port);

        // Kestrel alone, without a host: no configuration to be swayed by, and the process's signals stay its owner's.
        var transport = new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance);
        var server = new KestrelServer(Options.Create(kestrel), transport, NullLoggerFactory.Instance);
        var store = new QueueStore(options);
        var calls = new CallCounter();
        try
        {
            await server.StartAsync(new SqsApplication(store, options.Protocols, injector, calls), cancellationToken);
            return new(server, store, injector, calls);
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            server.Dispose();
            throw new IOException(
                $"LocalSqs can't listen on 127.0.0.1:{options.Port}: the port is in use. "
                + "Stop what listens there, or choose another port (0 takes a free one).",
                e);
        }
    }

    /// <summary>Stops at once: receives that wait are cut off, and queues and messages are gone.</summary>
    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync(new CancellationToken(canceled: true));
        _server.Dispose();
        _store.Dispose();
    }
}
