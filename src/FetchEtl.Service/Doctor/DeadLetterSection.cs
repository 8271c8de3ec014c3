using Amazon.SQS.Model;

namespace FetchEtl.Service;

/// <summary>The queue for invalid messages.</summary>
internal sealed class DeadLetterSection : IDoctorSection
{
    private static readonly Check[] OfAttributes =
    [
        Checks.DeadType, Checks.DeadRetention, Checks.DeadEncryption, Checks.DeadRedrive, Checks.DeadMessages,
    ];

    public string Name => "Dead-letter queue";

    public async Task<IReadOnlyList<Finding>> RunAsync(DoctorContext context, CancellationToken cancellationToken)
    {
        if (context.NoSqs is { } reason)
        {
            return
            [
                Checks.DeadQueue.Skip(reason), .. OfAttributes.Select(check => check.Skip(reason)),
                Checks.Send.Skip(reason),
            ];
        }

        var settings = context.Sqs!;
        context.DeadLetters = await QueueReader.ReadAsync(context, settings.DeadLetterQueue, cancellationToken);
        var exists = Describe(context, settings);
        IEnumerable<Finding> attributes = context.DeadLetters switch
        {
            { Facts: { } facts } => DeadLetterRules.Judge(facts, context.Queue.Facts),
            { NoFacts: { } denied } when SqsTrouble.IsDenied(denied) => OfAttributes.Select(check => check.Skip(
                "the caller may not read its attributes (sqs:GetQueueAttributes), which run and drain do not need")),
            { Url: not null } => OfAttributes.Select(check => check.Skip("its attributes cannot be read")),
            { NoUrl: var why } => OfAttributes.Select(check => check.Skip(why!)),
        };
        var send = context.DeadLetters.Url is { } url
            ? await RightTrials.SendAsync(context, url, cancellationToken)
            : Checks.Send.Skip(context.DeadLetters.NoUrl!);
        return [exists, .. attributes, send];
    }

    /// <summary>A name that was formed from a wrong one is no problem of its own.</summary>
    private static Finding Describe(DoctorContext context, SqsSettings settings)
    {
        var found = QueueReader.Describe(
            Checks.DeadQueue,
            settings.DeadLetterQueue,
            "Sqs:DeadLetterQueueName",
            context.DeadLetters,
            settings.CreateQueues);
        return found.Status == CheckStatus.Error && string.IsNullOrEmpty(settings.DeadLetterQueueName)
            && context is { Queue.Refusal: QueueDoesNotExistException, DeadLetters.Refusal: QueueDoesNotExistException }
            ? found with { Remedy = "it is named after Sqs:QueueName: correct that first, or create both" }
            : found;
    }
}
