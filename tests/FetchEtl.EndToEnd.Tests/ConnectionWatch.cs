using System.Collections.Concurrent;
using System.Diagnostics.Tracing;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>Records every connection and every name look-up of this process, from .NET's own event sources.</summary>
internal sealed class ConnectionWatch : EventListener
{
    public ConcurrentBag<string> Connections { get; } = [];

    public ConcurrentBag<string> Lookups { get; } = [];

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name is "System.Net.Sockets" or "System.Net.NameResolution")
        {
            EnableEvents(eventSource, EventLevel.Informational);
        }
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        // The base constructor enables sources, so the fields of this class can still be null.
        if (eventData.EventName == "ConnectStart")
        {
            Connections?.Add(eventData.Payload![0]!.ToString()!);
        }
        else if (eventData.EventName == "ResolutionStart")
        {
            Lookups?.Add(eventData.Payload![0]!.ToString()!);
        }
    }
}
