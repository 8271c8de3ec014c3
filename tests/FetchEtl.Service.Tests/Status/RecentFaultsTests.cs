using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace FetchEtl.Service.Tests;

public sealed class RecentFaultsTests
{
    [Fact]
    public void The_newest_warnings_and_errors_are_kept_without_exceptions_and_cut()
    {
        using var faults = new RecentFaults(new FakeTimeProvider());
        var logger = faults.CreateLogger("FetchEtl.Test");
        var exception = new InvalidOperationException("canary");
        for (var i = 0; i < 50; i++)
        {
            var (level, id) = (i % 2 == 0 ? LogLevel.Warning : LogLevel.Error, new EventId(i));
            var text = $"fault {i} {new string('x', 1000)}";
            logger.Log(LogLevel.Information, id, text, null, (state, _) => state);
            logger.Log(level, id, text, exception, (state, fault) => $"{state}{fault}");
        }

        Assert.Equal(RecentFaults.Limit, faults.Lines.Count);
        Assert.Equal(Enumerable.Range(0, RecentFaults.Limit).Select(i => 49 - i), faults.Lines.Select(x => x.Id));
        Assert.Equal(LogLevel.Error, faults.Lines[0].Level);
        Assert.All(faults.Lines, line =>
        {
            Assert.Equal(RecentFaults.MaxLength + 1, line.Text.Length);
            Assert.DoesNotContain("canary", line.Text, StringComparison.Ordinal);
        });
    }
}
