namespace FetchEtl.EndToEnd.Tests;

/// <summary>A rule of deploy/prometheus/alerts.yml.</summary>
/// <param name="Name">The alert's name.</param>
/// <param name="Expression">Its condition, in PromQL.</param>
/// <param name="Severity"><c>page</c> or <c>ticket</c>.</param>
/// <param name="Runbook">The path of its page from the repository's root.</param>
internal sealed record AlertRule(string Name, string Expression, string Severity, string Runbook)
{
    public const string File = "deploy/prometheus/alerts.yml";

    public static IReadOnlyList<AlertRule> All { get; } =
    [
        .. ((List<object>)DeployFiles.ReadYaml(File)["groups"]).Cast<Dictionary<object, object>>()
            .SelectMany(group => (List<object>)group["rules"]).Cast<Dictionary<object, object>>()
            .Select(rule => new AlertRule(
                (string)rule["alert"],
                (string)rule["expr"],
                (string)((Dictionary<object, object>)rule["labels"])["severity"],
                (string)((Dictionary<object, object>)rule["annotations"])["runbook_url"])),
    ];
}
