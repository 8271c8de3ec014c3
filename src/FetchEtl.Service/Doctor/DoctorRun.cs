namespace FetchEtl.Service;

/// <summary>Runs all sections. It changes nothing anywhere.</summary>
internal static class DoctorRun
{
    /// <summary>How long a call may take.</summary>
    public static readonly TimeSpan CallTime = TimeSpan.FromSeconds(10);

    /// <param name="host">Settings and services.</param>
    /// <param name="time">The clock that is compared.</param>
    /// <param name="limit">Limits each call.</param>
    /// <param name="show">Receives each section as soon as it is done.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    public static async Task<DoctorReport> RunAsync(
        DoctorHost host,
        TimeProvider time,
        CallLimit limit,
        Action<SectionResult> show,
        CancellationToken cancellationToken)
    {
        IDoctorSection[] sections =
        [
            new SettingsSection(), new CallerSection(), new QueueSection(), new RightsSection(),
            new DeadLetterSection(), new PayloadSection(), new DatabaseSection(), new KeysSection(), new ClockSection(),
        ];
        await using var context = new DoctorContext(host, time, limit);
        var results = new List<SectionResult>();
        foreach (var section in sections)
        {
            var result = new SectionResult(section.Name, await section.RunAsync(context, cancellationToken));
            results.Add(result);
            show(result);
        }

        var isFifo = context.Queue.Facts?.IsFifo
            ?? (context.Sqs is { } sqs && FetchEtl.Sqs.SqsQueueName.IsFifo(sqs.QueueName));
        return new DoctorReport(results, context.Sqs is null ? null : CostEstimate.Of(context.Sqs, isFifo));
    }
}
