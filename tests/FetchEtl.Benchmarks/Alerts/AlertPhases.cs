namespace FetchEtl.Benchmarks;

/// <summary>What happens to the service, and which alerts of deploy/prometheus/alerts.yml that makes fire.</summary>
internal static class AlertPhases
{
    private const string Slow =
        """
        CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql
            AS 'BEGIN PERFORM pg_catalog.pg_sleep(0.5); RETURN NULL; END';
        CREATE TRIGGER slow AFTER INSERT ON user_logins FOR EACH STATEMENT EXECUTE FUNCTION slow();
        """;

    private const string NotSlow = "DROP TRIGGER slow ON user_logins; DROP FUNCTION slow();";

    private const string Strict =
        $"ALTER TABLE user_logins ADD CONSTRAINT strict CHECK (locale <> '{AlertEstate.RefusedLocale}') NOT VALID";

    private const string NotStrict = "ALTER TABLE user_logins DROP CONSTRAINT strict";

    private const string Instance = $"instance: {RecordAlertsCommand.Instance}";

    public static IReadOnlyList<AlertPhase> Of(AlertEstate estate) =>
    [
        AlertPhase.Calm(12),
        new("a producer sends invalid messages and a new key", 24,
            () => Sync(() => (estate.Load.InvalidEvery, estate.Load.UnknownEvery) = (3, 4)),
            async () =>
            {
                (estate.Load.InvalidEvery, estate.Load.UnknownEvery) = (0, 0);
                await estate.PurgeDeadLettersAsync();
            },
            Fires("FetchEtlDeadLetterBurst", "FetchEtlUnknownKeys")
                .With("FetchEtlDeadLettersWaiting", $"messaging_destination_name: {AlertEstate.DeadLetterQueue}")),
        AlertPhase.Calm(15),
        new("PostgreSQL is stopped", 28, estate.StopDatabaseAsync, estate.StartDatabaseAsync,
            Fires("FetchEtlStalled").With("FetchEtlNotReady", Instance)),
        AlertPhase.Calm(15),
        new("a trigger makes every statement slow", 16,
            () => estate.ExecuteAsync(Slow), () => estate.ExecuteAsync(NotSlow), Fires("FetchEtlWritesSlow")),
        AlertPhase.Calm(12),
        new("a constraint refuses one row in forty", 12,
            async () =>
            {
                await estate.ExecuteAsync(Strict);
                estate.Load.RefusedEvery = 40;
            },
            async () =>
            {
                estate.Load.RefusedEvery = 0;
                await estate.ExecuteAsync(NotStrict);
            },
            Fires("FetchEtlRowsDeferred")),
        AlertPhase.Calm(12),
        new("the dead-letter queue refuses dead letters", 30,
            () => Sync(() =>
            {
                estate.Load.InvalidEvery = 2;
                estate.Refuse("SendMessageBatch", AlertEstate.DeadLetterQueue);
            }),
            async () =>
            {
                estate.Load.InvalidEvery = 0;
                estate.Refuse(null);
                await estate.PurgeDeadLettersAsync();
            },
            Fires("FetchEtlMessagesReturned").With("FetchEtlSqsErrors", "messaging_operation_name: send")),
        AlertPhase.Calm(15),
        new("leases cannot be renewed while PostgreSQL is stopped", 6,
            () =>
            {
                estate.Refuse("ChangeMessageVisibilityBatch");
                return estate.StopDatabaseAsync();
            },
            () =>
            {
                estate.Refuse(null);
                return estate.StartDatabaseAsync();
            },
            Fires()),
        AlertPhase.Calm(4) with
        {
            Name = "PostgreSQL is back after leases could not be renewed",
            Alerts = Fires("FetchEtlLeasesLost"),
        },
        AlertPhase.Calm(12),
        new("the process is stopped", 9, estate.StopServiceAsync, estate.StartServiceAsync,
            new Dictionary<string, string>().With("FetchEtlDown", Instance)),
        AlertPhase.Calm(12),
        new("messages are twenty minutes old when they are received", 16,
            () => Sync(() => estate.SetQueueClockBack(TimeSpan.FromMinutes(20))),
            () => Sync(() => estate.SetQueueClockBack(TimeSpan.Zero)),
            Fires("FetchEtlBehind")),
        AlertPhase.Calm(15),
    ];

    private static Dictionary<string, string> Fires(params string[] alerts) =>
        alerts.ToDictionary(alert => alert, _ => string.Empty, StringComparer.Ordinal);

    private static Dictionary<string, string> With(
        this Dictionary<string, string> alerts, string alert, string label) => new(alerts) { [alert] = label };

    private static Task Sync(Action action)
    {
        action();
        return Task.CompletedTask;
    }
}
