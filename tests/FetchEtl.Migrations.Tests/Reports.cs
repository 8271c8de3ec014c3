using System.Threading.Channels;

namespace FetchEtl.Migrations.Tests;

/// <summary>What a migration reports.</summary>
internal sealed class Reports
{
    private readonly Channel<string> _unread = Channel.CreateUnbounded<string>();

    /// <summary>The processes that the report of a missed lock names.</summary>
    public static string[] Holders(string report) => report.Split("hold locks: ")[^1].TrimEnd('.').Split(", ");

    public void Add(string report) => _unread.Writer.TryWrite(report);

    /// <summary>Reads reports up to the first that contains a text, and returns it.</summary>
    public async Task<string> WaitForAsync(string text)
    {
        while (true)
        {
            var report = await _unread.Reader.ReadAsync().AsTask().WaitAsync(TestDatabase.Limit);
            if (report.Contains(text, StringComparison.Ordinal))
            {
                return report;
            }
        }
    }

    /// <summary>The reports that nothing has read.</summary>
    public async Task<string[]> RestAsync()
    {
        _unread.Writer.TryComplete();
        return await _unread.Reader.ReadAllAsync().ToArrayAsync();
    }
}
