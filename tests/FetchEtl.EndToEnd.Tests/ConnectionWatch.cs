using System.Collections.Concurrent;
using System.Diagnostics.Tracing;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>Hears of each connection and each name look-up that this process makes, from .NET's own event sources.</summary>
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
        // Fields of this class may not be there yet: the base constructor enables sources.
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
