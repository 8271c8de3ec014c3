namespace FetchEtl.Service;

/// <summary>The queue that is read.</summary>
internal sealed class QueueSection : IDoctorSection
{
    private static readonly Check[] OfAttributes =
    [
        Checks.QueueType, Checks.QueueRedrive, Checks.QueueVisibility, Checks.QueueRetention, Checks.QueueEncryption,
        Checks.QueueMessages,
    ];

    public string Name => "Queue";

    public async Task<IReadOnlyList<Finding>> RunAsync(DoctorContext context, CancellationToken cancellationToken)
    {
        if (context.NoSqs is { } reason)
        {
            return [Checks.Queue.Skip(reason), .. OfAttributes.Select(check => check.Skip(reason))];
        }

        var settings = context.Sqs!;
        context.Queue = await QueueReader.ReadAsync(context, settings.QueueName, cancellationToken);
        var exists = QueueReader.Describe(
            Checks.Queue, settings.QueueName, "Sqs:QueueName", context.Queue, settings.CreateQueues);
        return context.Queue switch
        {
            { Facts: { } facts } => [exists, .. QueueRules.Judge(facts, settings)],
            { Url: not null } => [exists, .. OfAttributes.Select(check => check.Skip("its attributes cannot be read"))],
            { NoUrl: var why } => [exists, .. OfAttributes.Select(check => check.Skip(why!))],
        };
    }
}
