using System.CommandLine;
using FetchEtl.Logins;
using Microsoft.EntityFrameworkCore;

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

    /// <summary>Opens the database of the settings, which need nothing else.</summary>
    public static LoginDbContext Open(string[] settings) => new(
        new DbContextOptionsBuilder<LoginDbContext>()
            .UseNpgsql(DatabaseSetting.Read(ServiceHost.Create(settings).Configuration)).Options);
}
