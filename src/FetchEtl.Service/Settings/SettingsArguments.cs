
namespace FetchEtl.Service;

/// <summary>Settings given on the command line, as <c>--Section:Key=value</c> or <c>--Section:Key value</c>.</summary>
internal static class SettingsArguments
{
    private static readonly string[] Sections =
        ["Service", "Sqs", "AWS", "ConnectionStrings", "Storage", "Masking", "AppVersion", "Logging"];

    /// <returns>The arguments, fit for the command-line configuration provider.</returns>
    /// <exception cref="UsageException">An argument is neither an option of the verb nor a setting.</exception>
    public static string[] Check(IReadOnlyList<string> arguments)
    {
        var problems = new List<string>();
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            var section = argument.StartsWith("--", StringComparison.Ordinal)
                && argument.IndexOf(':', StringComparison.Ordinal) is > 2 and var colon
                ? argument[2..colon]
                : null;

            if (section is null)
            {
                problems.Add(
                    $"'{argument}' is neither an option nor a setting; see --help, and write settings as "
                    + "--Sqs:QueueName=other.");
            }
            else if (!Sections.Contains(section, StringComparer.OrdinalIgnoreCase))
            {
                problems.Add($"'{section}' is no section of settings; there are {string.Join(", ", Sections)}.");
            }
            else if (!argument.Contains('=', StringComparison.Ordinal) && ++i == arguments.Count)
            {
                problems.Add($"'{argument}' has no value; write {argument}=value.");
            }
        }

        return problems.Count == 0 ? [.. arguments] : throw new UsageException(problems);
    }
}
