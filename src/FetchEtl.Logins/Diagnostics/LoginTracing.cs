using System.Diagnostics;

namespace FetchEtl.Logins;

/// <summary>The spans of the writer: one for each attempt to commit a batch, linked to its messages.</summary>
public static class LoginTracing
{
    /// <summary>The name of the <see cref="ActivitySource"/>.</summary>
    public const string SourceName = "FetchEtl.Logins";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>The span that a message is handled in; null while no listener records the writer's spans.</summary>
    internal static Activity? Current => Source.HasListeners() ? Activity.Current : null;

    /// <summary>Starts the span of an attempt, by OpenTelemetry's conventions for database clients.</summary>
    /// <param name="batch">Its rows.</param>
    /// <param name="table">The name of their table.</param>
    /// <returns>Null while no listener records it.</returns>
    internal static Activity? StartCommit(LoginBatch batch, string table) => Source.HasListeners()
        ? Source.StartActivity(
            $"INSERT {table}",
            ActivityKind.Client,
            parentContext: default,
            [
                new("db.system.name", "postgresql"),
                new("db.operation.name", "INSERT"),
                new("db.collection.name", table),
                new("db.operation.batch.size", batch.Rows.Count),
            ],
            Links(batch))
        : null;

    /// <summary>The rows are committed.</summary>
    internal static void Committed(Activity? span, BatchWrite write) =>
        span?.SetTag("fetchetl.logins.inserted", write.Inserted);

    /// <summary>The attempt failed. The span gets no text of the server, which can quote a row.</summary>
    internal static void Failed(Activity? span, DatabaseFault fault)
    {
        span?.SetTag("error.type", fault.SqlState);
        span?.SetStatus(ActivityStatusCode.Error, fault.Reason);
    }

    /// <summary>
    /// The recorded spans of the messages, and what these are linked to: the spans of their producers.
    /// </summary>
    private static List<ActivityLink> Links(LoginBatch batch)
    {
        var links = new List<ActivityLink>(batch.Rows.Count);
        foreach (var row in batch.Rows)
        {
            if (row.Span is { Recorded: true } span)
            {
                links.Add(new ActivityLink(span.Context));
            }

            for (var each = row.Span; each is not null; each = each.Parent)
            {
                links.AddRange(each.Links);
            }
        }

        return links;
    }
}
