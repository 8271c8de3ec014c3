using System.Diagnostics;
using Amazon.SQS;
using Amazon.SQS.Model;
using MassTransit.Logging;

namespace FetchEtl.Sqs;

/// <summary>
/// Makes MassTransit's span of a message follow OpenTelemetry's conventions, and links it to the span of the producer.
/// A producer's trace state is left out, since it is free text.
/// </summary>
internal static class MessageSpans
{
    private const string TraceParent = "traceparent";

    /// <summary>Describes the span of the message that is being dispatched, while a listener records it.</summary>
    /// <param name="message">As received.</param>
    /// <param name="attributes">Those of its processing.</param>
    public static void Describe(Message message, KeyValuePair<string, object?>[] attributes)
    {
        if (Activity.Current is not { IsAllDataRequested: true } span
            || span.Source.Name != DiagnosticHeaders.DefaultListenerName)
        {
            return;
        }

        foreach (var (name, value) in attributes)
        {
            span.SetTag(name, value);
        }

        // The conventions' older name of the operation.
        span.SetTag("messaging.operation", null);
        span.DisplayName = $"process {span.GetTagItem(MessagingAttributes.DestinationName)}";
        if (FromTraceParent(message) is { } sender)
        {
            span.AddLink(new ActivityLink(sender));
        }

        if (FromXRay(message.SystemText(MessageSystemAttributeName.AWSTraceHeader)) is { } traced)
        {
            span.AddLink(new ActivityLink(traced));
        }
    }

    /// <summary>
    /// Reads X-Ray's header, <c>Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1</c>.
    /// </summary>
    /// <returns>Null without a trace and a span.</returns>
    public static ActivityContext? FromXRay(string? header)
    {
        string? trace = null, parent = null;
        var flags = ActivityTraceFlags.None;
        foreach (var part in header?.Split(';', StringSplitOptions.TrimEntries) ?? [])
        {
            switch (part.Split('=', 2))
            {
                case ["Root", var root] when root.Split('-') is ["1", { Length: 8 } time, { Length: 24 } id]:
                    trace = time + id;
                    break;
                case ["Parent", { Length: 16 } id]:
                    parent = id;
                    break;
                case ["Sampled", "1"]:
                    flags = ActivityTraceFlags.Recorded;
                    break;
            }
        }

        return ActivityContext.TryParse($"00-{trace}-{parent}-0{(int)flags}", null, isRemote: true, out var context)
            ? context
            : null;
    }

    private static ActivityContext? FromTraceParent(Message message) =>
        message.MessageAttributes?.GetValueOrDefault(TraceParent)?.StringValue is { } value
        && ActivityContext.TryParse(value, null, isRemote: true, out var context)
            ? context
            : null;
}
