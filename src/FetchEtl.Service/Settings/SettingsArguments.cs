using FetchEtl.Logins;

namespace FetchEtl.Service;

/// <summary>Settings on the command line, as <c>--Section:Key=value</c> or <c>--Section:Key value</c>.</summary>
internal static class SettingsArguments
{
    /// <summary>Checks that every argument is a setting. A problem never quotes a value: it may be a secret.</summary>
    /// <param name="arguments">What the parser took for settings.</param>
    /// <param name="options">The names of the verb's own options.</param>
    /// <returns>The arguments, for the command-line configuration provider.</returns>
    /// <exception cref="UsageException">An argument is neither an option of the verb nor a setting.</exception>
    public static string[] Check(IReadOnlyList<string> arguments, params IReadOnlyCollection<string> options)
    {
        var problems = new List<string>();
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            var key = argument.Split('=')[0];
            if (!key.StartsWith("--", StringComparison.Ordinal)
                || key.IndexOf(':', StringComparison.Ordinal) is <= 2)
            {
                problems.Add($"'{key}' is neither an option nor a setting{Suggest(key, options)}");
            }
            else if (SettingsSections.Problem(key[2..]) is { } problem)
            {
                problems.Add(problem);
            }
            else if (!argument.Contains('=', StringComparison.Ordinal) && ++i == arguments.Count)
            {
                problems.Add($"'{argument}' has no value; write {argument}=value.");
            }
        }

        return problems.Count == 0 ? [.. arguments] : throw new UsageException(problems);
    }

    private static string Suggest(string key, IReadOnlyCollection<string> options)
    {
        string[] settings =
        [
            .. SettingsSections.WithSection(key.TrimStart('-')).Concat(Colons(key)).Select(setting => $"--{setting}=…"),
        ];
        return (SettingsNames.Nearest(key, [.. options, "--help"]), settings) switch
        {
            ({ } option, _) => $": did you mean {option}?",
            (_, [_, ..]) => $": did you mean {string.Join(" or ", settings)}?",
            _ => "; see --help, and write settings as in --Sqs:QueueName=other.",
        };
    }

    /// <summary>A setting whose parts are separated as in other programs, as in <c>--Sqs.QueueName</c>.</summary>
    private static IEnumerable<string> Colons(string key)
    {
        var setting = key.TrimStart('-').Replace("__", ":", StringComparison.Ordinal).Replace('.', ':');
        return setting.Contains(':', StringComparison.Ordinal) && SettingsSections.Problem(setting) is null
            ? [setting]
            : [];
    }
}
