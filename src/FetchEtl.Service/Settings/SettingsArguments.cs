
namespace FetchEtl.Service;

/// <summary>Settings on the command line, as <c>--Section:Key=value</c> or <c>--Section:Key value</c>.</summary>
internal static class SettingsArguments
{
    /// <summary>Checks that every argument is a setting. A problem never quotes a value: it may be a secret.</summary>
    /// <returns>The arguments, for the command-line configuration provider.</returns>
    /// <exception cref="UsageException">An argument is neither an option of the verb nor a setting.</exception>
    public static string[] Check(IReadOnlyList<string> arguments)
    {
        var problems = new List<string>();
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            var key = argument.Split('=')[0];
            var section = key.StartsWith("--", StringComparison.Ordinal)
                && key.IndexOf(':', StringComparison.Ordinal) is > 2 and var colon
                ? key[2..colon]
                : null;

            if (section is null)
            {
                problems.Add(
                    $"'{key}' is neither an option nor a setting; see --help, and write settings as in "
                    + "--Sqs:QueueName=other.");
            }
            else if (!SettingsSections.Names.Contains(section, StringComparer.OrdinalIgnoreCase))
            {
                var sections = string.Join(", ", SettingsSections.Names);
                problems.Add($"'{section}' is not a section of settings; the sections are {sections}.");
            }
            else if (!argument.Contains('=', StringComparison.Ordinal) && ++i == arguments.Count)
            {
                problems.Add($"'{argument}' has no value; write {argument}=value.");
            }
        }

        return problems.Count == 0 ? [.. arguments] : throw new UsageException(problems);
    }
}
