using Amazon.SQS.Model;

namespace FetchEtl.Service;

/// <summary>Looks a queue up and reads its attributes. Neither call touches a message.</summary>
internal static class QueueReader
{
    public static async Task<QueueFound> ReadAsync(
        DoctorContext context, string name, CancellationToken cancellationToken)
    {
        string url;
        try
        {
            url = (await context.Limit.RunAsync(
                token => context.Calls.GetQueueUrlAsync(name, token), cancellationToken)).QueueUrl;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            Observe(context, exception);
            if (exception is not QueueDoesNotExistException && !SqsTrouble.IsDenied(exception))
            {
                context.NoSqs = "SQS does not answer the first call";
            }

            return new QueueFound(
                Url: null,
                Facts: null,
                exception is QueueDoesNotExistException ? $"{name} does not exist" : $"{name} cannot be looked up",
                exception);
        }

        try
        {
            var reply = await context.Limit.RunAsync(
                token => context.Calls.GetQueueAttributesAsync(url, ["All"], token), cancellationToken);
            return new QueueFound(url, QueueFacts.Read(reply.Attributes ?? []));
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            Observe(context, exception);
            return new QueueFound(url, Facts: null, NoFacts: exception);
        }
    }

    /// <summary>Keeps the date of an error reply.</summary>
    public static void Observe(DoctorContext context, Exception exception)
    {
        if (ReplyDate.Of(exception) is { } date)
        {
            context.SqsClock = new ClockReading(date, context.Time.GetUtcNow());
        }
    }

    /// <summary>Whether the queue exists, or why it cannot be used.</summary>
    /// <param name="check">Which queue.</param>
    /// <param name="name">Its name.</param>
    /// <param name="setting">The setting that names it.</param>
    /// <param name="queue">What was found.</param>
    /// <param name="creates">Whether <c>run</c> creates a missing queue.</param>
    public static Finding Describe(Check check, string name, string setting, QueueFound queue, bool creates)
    {
        switch (queue.Refusal)
        {
            case null:
                return check.Ok($"{name} exists");
            case QueueDoesNotExistException when creates:
                return check.Warn(
                    $"{name} does not exist, and the service creates it at its start, because Sqs:CreateQueues is true",
                    "start the service once, and run doctor again");
            case QueueDoesNotExistException:
                return check.Fail(
                    $"{name} does not exist in this account and region",
                    $"create it, correct {setting}, Sqs:Region or the AWS profile, or set Sqs:CreateQueues");
            case { } denied when SqsTrouble.IsDenied(denied):
                return check.Fail(
                    $"{name} cannot be looked up: {SqsTrouble.Describe(denied).Found}", "grant sqs:GetQueueUrl on it");
            default:
                var (found, remedy) = SqsTrouble.Describe(queue.Refusal);
                return check.Fail(found, remedy);
        }
    }
}
