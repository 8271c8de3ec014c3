namespace FetchEtl.Service.Tests;

public sealed class ReadinessTests
{
    [Fact]
    public void A_dead_letter_queue_that_rejects_degrades_the_service_with_the_reason_and_the_remedy()
    {
        var rejected = Readiness.DeadLetters(
            new Dictionary<string, string> { ["q-dead"] = "QueueDoesNotExist: The queue does not exist." });
        var accepted = Readiness.DeadLetters(new Dictionary<string, string>());

        Assert.Equal(("dead-letters", "degraded"), (rejected.Name, rejected.Status));
        Assert.StartsWith(
            "q-dead rejects dead letters: QueueDoesNotExist: The queue does not exist. Invalid messages go back",
            rejected.Reason);
        Assert.Contains("sqs:SendMessage", rejected.Reason);
        Assert.True(accepted.IsHealthy);
    }
}
