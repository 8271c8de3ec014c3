using FetchEtl.Testing;
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

    [Fact]
    public void A_fault_lasts_until_the_log_says_that_it_ended()
    {
        var time = new FakeTimeProvider();
        using var faults = new RecentFaults(time);
        var logger = faults.CreateLogger("FetchEtl.Logins.LoginWriter");
        var foreign = faults.CreateLogger("Estate.Orders");
        Log(logger, LogLevel.Warning, 2000);
        Log(logger, LogLevel.Warning, 1114);
        Log(logger, LogLevel.Warning, 2010);
        Log(foreign, LogLevel.Warning, 2001);
        Assert.Equal([false, false, true, true], faults.Lines.Select(x => x.Lasts));

        // Another program's line of the same number ends nothing.
        Log(foreign, LogLevel.Information, 2002);
        Assert.All(faults.Lines, x => Assert.Null(x.EndedAt));

        time.Advance(TimeSpan.FromMinutes(1));
        var ended = time.GetUtcNow();
        Log(logger, LogLevel.Information, 2002);
        time.Advance(TimeSpan.FromMinutes(1));
        Log(logger, LogLevel.Information, 2002);
        Log(logger, LogLevel.Error, 2001);

        Assert.Equal([2001, 2001, 2010, 1114, 2000], faults.Lines.Select(x => x.Id));
        Assert.Equal(ended, faults.Lines[^1].EndedAt);
        Assert.All(faults.Lines.SkipLast(1).Where(x => x.Lasts), x => Assert.Null(x.EndedAt));

        static void Log(ILogger logger, LogLevel level, int id) =>
            logger.Log(level, new EventId(id), "line", null, (text, _) => text);
    }

    [Fact]
    public void Every_line_that_begins_or_ends_a_fault_is_documented()
    {
        var documented = File.ReadAllText(Path.Combine(RepositoryRoot.Folder, "docs/operations.md"));
        var ids = Enumerable.Range(1000, 3000).ToList();

        Assert.All(
            ids.Where(FaultEndings.Lasts).Concat(ids.Where(ending => ids.Exists(x => FaultEndings.Ends(ending, x)))),
            id => Assert.Contains($"`{id}`", documented, StringComparison.Ordinal));
    }
}
