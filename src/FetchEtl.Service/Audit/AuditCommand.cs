using System.CommandLine;

namespace FetchEtl.Service;

/// <summary>The verbs on <c>audit_log</c>.</summary>
internal static class AuditCommand
{
    public static Command Create() =>
        new("audit", "Lists and verifies who revealed, found, exported or erased personal values.")
        {
            AuditListCommand.Create(),
            AuditVerifyCommand.Create(),
        };
}
