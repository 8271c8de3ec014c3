using Microsoft.Extensions.Options;

namespace FetchEtl.Logins.Tests;

public sealed class BatchLimitTests
{
    private readonly BatchLimit _limit =
        new(Options.Create(new LoginsOptions { Storage = { BatchSize = 1000 } }));

    [Fact]
    public void A_statement_that_was_cancelled_early_does_not_keep_batches_small_for_ever()
    {
        Assert.True(_limit.TimedOut(1000, TimeSpan.FromMilliseconds(10)));
        Commit(99);
        Assert.Equal(500, _limit.Rows);

        Commit(1);

        Assert.Equal(1000, _limit.Rows);
    }

    [Fact]
    public void A_timeout_starts_the_count_of_full_batches_anew()
    {
        _limit.TimedOut(1000, TimeSpan.FromMilliseconds(10));
        Commit(99);
        _limit.TimedOut(500, TimeSpan.FromMilliseconds(10));

        Commit(99);

        Assert.Equal(250, _limit.Rows);
    }

    /// <summary>Each takes longer than the statement that was cancelled.</summary>
    private void Commit(int batches)
    {
        for (var batch = 0; batch < batches; batch++)
        {
            _limit.Committed(_limit.Rows, TimeSpan.FromMilliseconds(20));
        }
    }
}
