using System.CommandLine;

namespace FetchEtl.Service;

/// <summary>The verbs on the dead-letter queue.</summary>
internal static class DeadCommand
{
    public static Command Create() =>
        new("dead", "Reads the dead-letter queue, sends letters back to their queue, deletes them.")
        {
            DeadListCommand.Create(),
            DeadShowCommand.Create(),
            DeadRedriveCommand.Create(),
            DeadPurgeCommand.Create(),
        };
}
