using System.CommandLine;

namespace FetchEtl.Service;

/// <summary>The verbs on the tables for groups of readers.</summary>
internal static class DomainCommand
{
    public static Command Create() => new("domain", "Makes tables of masked logins for groups of readers.")
    {
        DomainNewCommand.Create(),
        DomainRefreshCommand.Create(),
        DomainListCommand.Create(),
        DomainDropCommand.Create(),
    };
}
