using System.Collections.Concurrent;
using MassTransit;
using MassTransit.Transports;
using Microsoft.Extensions.Logging;

namespace FetchEtl.Sqs;

/// <summary>
/// Owns an endpoint's health. It knows all present faults, and reports them to the bus one report after another. So the
/// endpoint is ready only when its last fault has ended.
/// </summary>
/// <param name="observers">To the bus.</param>
/// <param name="address">The endpoint.</param>
/// <param name="queueName">Names the endpoint in texts.</param>
/// <param name="logger">Gets a line for each observer that fails.</param>
internal sealed class EndpointHealth(
    IReceiveTransportObserver observers, Uri address, string queueName, ILogger logger) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly ConcurrentDictionary<EndpointFault, Exception> _faults = new();
    private OngoingFaultException? _ongoing;

    /// <summary>The endpoint begins to receive, without a fault.</summary>
    public async Task StartedAsync() => await ReportAsync(() =>
    {
        _faults.Clear();
        return true;
    });

    /// <summary>A fault began, or goes on for the reason given.</summary>
    public Task FaultedAsync(EndpointFault fault, string text, Exception? cause = null) =>
        FaultedAsync(fault, cause is null ? new ConnectionException(text) : new ConnectionException(text, cause));

    /// <inheritdoc cref="FaultedAsync(EndpointFault, string, Exception)"/>
    public async Task FaultedAsync(EndpointFault fault, Exception exception) => await ReportAsync(() =>
    {
        _faults[fault] = exception;
        return true;
    });

    /// <summary>A fault has ended.</summary>
    /// <returns>Whether it was present.</returns>
    public ValueTask<bool> EndedAsync(EndpointFault fault) =>
        _faults.ContainsKey(fault) ? new(ReportAsync(() => _faults.TryRemove(fault, out _))) : new(false);

    public void Dispose() => _turn.Dispose();

    /// <summary>
    /// Between two reports of a ready endpoint the bus keeps the first exception, so that one gets the latest text. An
    /// exception that ends the endpoint is reported as it is.
    /// </summary>
    private Exception Report(Exception[] present)
    {
        if (present is [ConnectionException { IsTransient: false } final])
        {
            return final;
        }

        _ongoing ??= new OngoingFaultException(present[0]);
        _ongoing.Update(string.Join(' ', present.Select(fault => fault.Message)));
        return _ongoing;
    }

    private async Task<bool> ReportAsync(Func<bool> change)
    {
        await _turn.WaitAsync();
        try
        {
            var isNews = change();
            if (isNews)
            {
                Exception[] present = [.. _faults.OrderBy(x => x.Key).Select(x => x.Value)];
                await (present.Length == 0 ? observers.NotifyReady(address)
                    : observers.NotifyFaulted(address, Report(present)));
                _ongoing = present.Length == 0 ? null : _ongoing;
            }

            return isNews;
        }
        catch (Exception exception)
        {
            // An observer that fails must not end the endpoint.
            Log.ObserverFaulted(logger, queueName, exception.GetType().Name);
            return true;
        }
        finally
        {
            _turn.Release();
        }
    }
}

/// <summary>A fault that goes on: its text is the latest reason.</summary>
/// <param name="cause">The first reason.</param>
internal sealed class OngoingFaultException(Exception cause) : ConnectionException(cause.Message, cause)
{
    private volatile string _text = cause.Message;

    public override string Message => _text;

    /// <summary>Takes the latest reason.</summary>
    public void Update(string text) => _text = text;
}

/// <summary>What can be wrong with an endpoint. Several faults can be present at once.</summary>
internal enum EndpointFault
{
    /// <summary>The endpoint does not run.</summary>
    Endpoint,

    /// <summary>SQS refuses to delete messages.</summary>
    Deletes,

    /// <summary>SQS returns no messages.</summary>
    Receives,
}
