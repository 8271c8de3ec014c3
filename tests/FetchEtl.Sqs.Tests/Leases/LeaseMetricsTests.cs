using System.ComponentModel.DataAnnotations;
using System.Diagnostics.Metrics;
using FetchEtl.Local;

namespace FetchEtl.Sqs.Tests;

/// <summary>What the lease loop records, in virtual time.</summary>
public sealed class LeaseMetricsTests
{
    [Fact]
    public async Task Calls_verdicts_and_dead_letters_carry_the_attributes_of_the_conventions()
    {
        await using var host = await LoopHost.StartAsync();
        using var listener = Listen(host.Metrics, out var seen);
        var leases = await host.HoldAsync(3);
        await host.AdvanceAsync(TimeSpan.FromSeconds(2));

        await leases[0].Complete();
        await leases[0].Faulted(new TimeoutException());
        await leases[1].Faulted(new TimeoutException());
        await leases[2].Faulted(new AggregateException(new ValidationException("ip.too_long")));
        await host.SettleAllAsync();

        var process = Text("process", "process", "q");
        Assert.Equal(
            [
                (process, 2),
                ($"{process} error.type={typeof(TimeoutException).FullName}", 2),
                ($"{process} error.type={typeof(ValidationException).FullName}", 2),
            ],
            seen.Where(x => x.Name == "messaging.process.duration").Select(x => (x.Tags, x.Value)));
        Assert.Equal(
            [Text("change_visibility", "settle", "q"), Text("delete", "settle", "q"), Text("send", "send", "q-dead")],
            seen.Where(x => x.Name == "messaging.client.operation.duration").Select(x => x.Tags).Distinct().Order());
        Assert.Equal((Text("send", "send", "q-dead"), 1), Only(seen, "messaging.client.sent.messages"));
        Assert.Equal(("fetchetl.rule=ip.too_long", 1), Only(seen, "fetchetl.sqs.dead_lettered"));
        Assert.Equal(("", 1), Only(seen, "fetchetl.sqs.returned"));
        Assert.Equal(1, host.Metrics.DeadLetteredByRule["ip.too_long"]);
    }

    [Fact]
    public async Task Refused_calls_carry_the_error_of_SQS_and_a_lost_lease_is_counted()
    {
        await using var host = await LoopHost.StartAsync();
        using var listener = Listen(host.Metrics, out var seen);
        var leases = await host.HoldAsync(2);
        host.Sqs.Faults = new SqsFaultPlan
        {
            Rules =
            [
                new SqsFaultRule { Kind = SqsFaultKind.Throttling, Operation = "ChangeMessageVisibilityBatch" },
                new SqsFaultRule { Kind = SqsFaultKind.Throttling, Operation = "SendMessageBatch" },
            ],
        };

        await leases[0].Faulted(new ValidationException("ip.too_long"));
        await host.AdvanceAsync(TimeSpan.FromSeconds(40));
        await leases[1].Complete();
        await host.AdvanceAsync(TimeSpan.FromSeconds(1));

        Assert.Contains(
            seen,
            x => x.Name == "messaging.client.operation.duration"
                && x.Tags == $"{Text("change_visibility", "settle", "q")} error.type=RequestThrottled");
        Assert.Contains(
            seen,
            x => x.Name == "messaging.client.sent.messages"
                && x.Tags == $"{Text("send", "send", "q-dead")} error.type=RequestThrottled");
        Assert.Equal(2, seen.Count(x => x.Name == "fetchetl.sqs.leases_lost"));
        Assert.Equal(2, host.Metrics.LeasesLostTotal);
        Assert.Empty(host.Metrics.DeadLetteredByRule);
    }

    private static string Text(string operation, string type, string queue) =>
        $"messaging.system=aws_sqs messaging.operation.name={operation} messaging.operation.type={type} "
        + $"messaging.destination.name={queue} server.address=127.0.0.1";

    private static (string Tags, double Value) Only(List<Reading> readings, string name)
    {
        var only = Assert.Single(readings, x => x.Name == name);
        return (only.Tags, only.Value);
    }

    private static MeterListener Listen(SqsMetrics metrics, out List<Reading> readings)
    {
        var seen = readings = [];
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (ReferenceEquals(instrument.Meter, metrics.Sent.Meter))
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((x, value, tags, _) => Add(x.Name, value, tags));
        listener.SetMeasurementEventCallback<double>((x, value, tags, _) => Add(x.Name, value, tags));
        listener.Start();
        return listener;

        void Add(string name, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            lock (seen)
            {
                var text = string.Join(' ', tags.ToArray().Select(x => $"{x.Key}={x.Value}"));
                seen.Add(new(name, Math.Floor(value), text));
            }
        }
    }

    private sealed record Reading(string Name, double Value, string Tags);
}
