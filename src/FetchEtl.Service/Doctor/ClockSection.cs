using Npgsql;

namespace FetchEtl.Service;

/// <summary>The clock of this machine against those of SQS and PostgreSQL.</summary>
internal sealed class ClockSection : IDoctorSection
{
    public string Name => "Clock";

    public async Task<IReadOnlyList<Finding>> RunAsync(DoctorContext context, CancellationToken cancellationToken) =>
    [
        context.SqsClock is { } sqs ? ClockRules.JudgeSqs(sqs)
            : Checks.SqsClock.Skip(context.NoSqs ?? "no reply of SQS had a date"),
        await DatabaseAsync(context, cancellationToken),
    ];

    private static async Task<Finding> DatabaseAsync(DoctorContext context, CancellationToken cancellationToken)
    {
        if (context.NoDatabase is { } reason)
        {
            return Checks.DatabaseClock.Skip(reason);
        }

        try
        {
            var before = context.Time.GetUtcNow();
            var there = await context.Limit.RunAsync(
                async token =>
                {
                    await using var command = new NpgsqlCommand(
                        "SELECT pg_catalog.clock_timestamp()", context.Connection);
                    return (DateTime)(await command.ExecuteScalarAsync(token))!;
                },
                cancellationToken);
            var here = before + ((context.Time.GetUtcNow() - before) / 2);
            return ClockRules.JudgeDatabase(new ClockReading(new DateTimeOffset(there.ToUniversalTime()), here));
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            var (found, remedy) = DatabaseTrouble.Describe(exception);
            return Checks.DatabaseClock.Fail(found, remedy);
        }
    }
}
