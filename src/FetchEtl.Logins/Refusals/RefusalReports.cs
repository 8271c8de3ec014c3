using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

namespace FetchEtl.Logins;

/// <summary>Logs refused rows: for each reason one line a minute, with the number of rows since the last.</summary>
internal sealed class RefusalReports(TimeProvider time, ILogger log)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Tally> _waiting = [];
    private readonly Dictionary<string, Tally> _deferred = [];

    /// <summary>A row waits because of it.</summary>
    public void Waits(DatabaseFault fault)
    {
        if (Count(_waiting, fault) > 0)
        {
            Log.RowRefused(log, fault.SqlState, fault.Cause, fault.Remedy);
        }
    }

    /// <summary>A row went back to its queue because of it.</summary>
    public void Deferred(DatabaseFault fault)
    {
        if (Count(_deferred, fault) is > 0 and var rows)
        {
            Log.RowsDeferred(log, rows, fault.SqlState, fault.Cause, fault.Remedy);
        }
    }

    /// <summary>Returns the number to report, 0 for none yet.</summary>
    private int Count(Dictionary<string, Tally> tallies, DatabaseFault fault)
    {
        lock (_lock)
        {
            var key = $"{fault.SqlState} {fault.Reason}";
            var now = time.GetTimestamp();
            var tally = tallies.GetValueOrDefault(key);
            var rows = tally.Rows + 1;
            var isDue = tally == default || time.GetElapsedTime(tally.ReportedAt, now) >= Pause;
            tallies[key] = isDue ? new Tally(0, now) : tally with { Rows = rows };
            return isDue ? rows : 0;
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Tally(int Rows, long ReportedAt);
}
