namespace FetchEtl.Service;

/// <summary>The rights on the queue that is read, each tried by a call that cannot touch a message.</summary>
internal sealed class RightsSection : IDoctorSection
{
    private static readonly Check[] All =
    [
        Checks.GetUrl, Checks.GetAttributes, Checks.Receive, Checks.Delete, Checks.ChangeVisibility, Checks.Kms,
    ];

    public string Name => "Rights on the queue";

    public async Task<IReadOnlyList<Finding>> RunAsync(DoctorContext context, CancellationToken cancellationToken)
    {
        if (context.NoSqs is { } reason)
        {
            return [.. All.Select(check => check.Skip(reason))];
        }

        if (context.Queue.Url is not { } url)
        {
            return
            [
                SqsTrouble.IsDenied(context.Queue.Refusal) ? RightTrials.Refused(Checks.GetUrl, "sqs:GetQueueUrl")
                    : Checks.GetUrl.Skip(context.Queue.NoUrl!),
                .. All.Skip(1).Select(check => check.Skip(context.Queue.NoUrl!)),
            ];
        }

        return
        [
            Checks.GetUrl.Ok("granted"),
            Attributes(context.Queue),
            await RightTrials.ReceiveAsync(context, url, cancellationToken),
            await RightTrials.DeleteAsync(context, url, cancellationToken),
            await RightTrials.ChangeVisibilityAsync(context, url, cancellationToken),
            Kms(context.Queue.Facts),
        ];
    }

    private static Finding Attributes(QueueFound queue) => queue.NoFacts switch
    {
        null => Checks.GetAttributes.Ok("granted"),
        { } denied when SqsTrouble.IsDenied(denied) =>
            RightTrials.Refused(Checks.GetAttributes, "sqs:GetQueueAttributes"),
        { } other => Checks.GetAttributes.Fail(SqsTrouble.Describe(other).Found, SqsTrouble.Describe(other).Remedy),
    };

    private static Finding Kms(QueueFacts? queue) => queue switch
    {
        null => Checks.Kms.Skip("the attributes of the queue cannot be read"),
        { KmsKey: null } => Checks.Kms.Ok("none, so no right of KMS is needed"),
        _ => Checks.Kms.Skip(
            "only a real message uses the key: the caller needs kms:Decrypt on it, and kms:GenerateDataKey to send"),
    };
}
