namespace FetchEtl.Local;

internal static class ReceiveMessage
{
    public static async ValueTask<ReceiveMessageResult> RunAsync(SqsCall call, ReceiveMessageRequest request)
    {
        var queue = call.Queue(request.QueueUrl);
        var max = Within(request.MaxNumberOfMessages ?? 1, 1, 10, "MaxNumberOfMessages");
        var wait = Within(
            request.WaitTimeSeconds ?? queue.Settings.ReceiveMessageWaitTimeSeconds, 0, SqsLimits.WaitSeconds, "WaitTimeSeconds");
        if (request.VisibilityTimeout is { } visibility)
        {
            Within(visibility, 0, SqsLimits.VisibilitySeconds, "VisibilityTimeout");
        }

        var asked = new AskedAttributes(request);
        var deliveries = await queue.ReceiveAsync(max, request.VisibilityTimeout, TimeSpan.FromSeconds(wait), call.Ended, call.Faults);
        if (call.Ended.IsCancellationRequested)
        {
            // The client hung up while it was served: nobody will read the reply, so it must not take messages along.
            queue.GiveBack(deliveries);
            return new(Messages: null);
        }

        return new(deliveries.Count == 0 ? null : deliveries.ConvertAll(asked.Render));
    }

    private static int Within(int value, int min, int max, string parameter) => value >= min && value <= max
        ? value
        : throw SqsError.InvalidValue(parameter, value, $"Must be between {min} and {max}, if provided.");
}
