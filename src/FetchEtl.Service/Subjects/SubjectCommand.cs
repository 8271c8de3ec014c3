using System.CommandLine;

namespace FetchEtl.Service;

/// <summary>The verbs for a request of a data subject: access and erasure.</summary>
internal static class SubjectCommand
{
    public static Command Create() =>
        new("subject", "Finds, exports and erases one person's data: rows, sealed values, dead letters.")
        {
            SubjectFindCommand.Create(),
            SubjectExportCommand.Create(),
            SubjectEraseCommand.Create(),
        };
}
