namespace FetchEtl.Service;

/// <summary>Says on standard error what was not sent, and how to go on.</summary>
internal static class SendReport
{
    public static void Write(SendResult result, FileInfo? file, int seed)
    {
        var place = file switch
        {
            null => "generated message",
            _ when file.ToString() == StandardInput.Name => "standard input, line",
            _ => $"{file}, line",
        };
        foreach (var (number, reason) in result.Refused)
        {
            StandardError.WriteLine($"fetch-etl: {place} {number}: not sent, {reason}.");
        }

        if (result.RefusedCount > result.Refused.Count)
        {
            StandardError.WriteLine(
                $"fetch-etl: {result.RefusedCount - result.Refused.Count} more lines were not sent for such reasons.");
        }

        if (result.MissingLines is { } missing)
        {
            StandardError.WriteLine(
                $"fetch-etl: --lines {missing} names nothing: the last message is {place} {result.LastLine}.");
        }

        if (result.Left is { } left)
        {
            var reason = result.Problem is { } problem ? $"not all was sent: {problem}" : "stopped before the end";
            var again = file is null ? $"--seed {seed} --lines {left}" : $"--lines {left}";
            StandardError.WriteLine(
                $"fetch-etl: {reason}. To send the rest, repeat the command with {again}");
        }
    }
}
