using System.Globalization;

namespace FetchEtl.Logins.Tests;

/// <summary>
/// Delivers logins to a writer as a queue does: a row that fails is delivered again after a pause, and a row whose
/// exception says that no retry helps becomes a dead letter.
/// </summary>
internal sealed class Deliveries(LoginWriter writer)
{
    /// <summary>Longer than any test waits for a signal that comes.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    /// <summary>Between two looks at what has no signal.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly List<Task> _deliveries = [];
    private int _written;
    private int _returned;
    private int _deadLetters;

    public int Written => Volatile.Read(ref _written);

    /// <summary>How often a row went back to the queue, and so freed its place among the messages in flight.</summary>
    public int Returned => Volatile.Read(ref _returned);

    public int DeadLetters => Volatile.Read(ref _deadLetters);

    public void Send(IEnumerable<UserLogin> logins) => _deliveries.AddRange(logins.Select(DeliverAsync));

    /// <summary>Completes when no row is left. Says how many are where they do not.</summary>
    public async Task EndAsync()
    {
        var all = Task.WhenAll(_deliveries);
        if (await Task.WhenAny(all, Task.Delay(Limit)) != all)
        {
            Assert.Fail(ToString());
        }

        await all;
    }

    /// <summary>Evaluates a condition until it is true.</summary>
    public async Task UntilAsync(Func<bool> isSo)
    {
        for (var left = Limit; !isSo(); left -= Pause)
        {
            Assert.True(left > TimeSpan.Zero, ToString());
            await Task.Delay(Pause);
        }
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{_deliveries.Count} rows: {Written} written, {DeadLetters} dead letters, " +
        $"{_deliveries.Count - Written - DeadLetters} stuck, {Returned} returns");

    private async Task DeliverAsync(UserLogin login)
    {
        while (true)
        {
            try
            {
                await writer.WriteAsync(login);
                Interlocked.Increment(ref _written);
                return;
            }
            catch (System.ComponentModel.DataAnnotations.ValidationException)
            {
                Interlocked.Increment(ref _deadLetters);
                return;
            }
            catch (LoginDeferredException)
            {
                Interlocked.Increment(ref _returned);
                await Task.Delay(Pause);
            }
        }
    }
}
