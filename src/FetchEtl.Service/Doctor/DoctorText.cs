namespace FetchEtl.Service;

/// <summary>The report as lines of text, wrapped and aligned.</summary>
internal static class DoctorText
{
    private const int LeastWidth = 60;
    private const string Indent = "  ";

    /// <summary>Marks and subjects stand in columns of their own.</summary>
    private static readonly int Column = Indent.Length + 2 + Checks.All.Max(check => check.Subject.Length) + 2;

    /// <summary>The mark of a result, as <c>linkerd check</c> has it.</summary>
    public static char Mark(CheckStatus status) => status switch
    {
        CheckStatus.Ok => '√',
        CheckStatus.Warning => '‼',
        CheckStatus.Error => '×',
        _ => '-',
    };

    /// <summary>The lines of a section, each with the status of its result; null for a heading.</summary>
    public static IEnumerable<(string Text, CheckStatus? Status)> Lines(SectionResult section, int width)
    {
        yield return (section.Name, null);
        foreach (var finding in Together(section.Findings))
        {
            var start = $"{Indent}{Mark(finding.Status)} {finding.Check.Subject}".PadRight(Column);
            foreach (var line in Wrap(start, Sentence(finding.Found), width))
            {
                yield return (line, finding.Status);
            }

            if (finding.Remedy is { } remedy)
            {
                foreach (var line in $"Remedy: {remedy}".Split('\n')
                    .SelectMany(text => Wrap(new string(' ', Column), Sentence(text), width)))
                {
                    yield return (line, finding.Status);
                }

                yield return ($"{new string(' ', Column)}See {finding.Check.Docs}", finding.Status);
            }
        }

        yield return (string.Empty, null);
    }

    /// <summary>The last lines: the cost, and how many problems there are.</summary>
    public static IEnumerable<string> Summary(DoctorReport report, int waitSeconds, int width)
    {
        if (report.Cost is { } cost)
        {
            yield return "Calls of SQS";
            foreach (var line in cost.Lines(waitSeconds).SelectMany(text => Wrap(Indent, text, width, Indent.Length)))
            {
                yield return line;
            }

            yield return string.Empty;
        }

        var skipped = report.Skipped == 0 ? string.Empty : $", {Words.Count(report.Skipped, "check")} not made";
        yield return report.Errors == 0
            ? $"√ The service can work: no errors, {Words.Count(report.Warnings, "warning")}{skipped}."
            : $"× {Words.Count(report.Errors, "error")}, {Words.Count(report.Warnings, "warning")}{skipped}.";
    }

    /// <summary>Breaks a text at spaces. What follows the first line stands below its beginning.</summary>
    internal static IEnumerable<string> Wrap(string start, string text, int width) => Wrap(start, text, width, Column);

    private static IEnumerable<string> Wrap(string start, string text, int width, int column)
    {
        var room = Math.Max(LeastWidth, width) - 1;
        var line = start.TrimEnd().Length < column ? start : $"{start} ";
        var isEmpty = true;
        foreach (var word in text.Split(' '))
        {
            if (!isEmpty && line.Length + 1 + word.Length > room)
            {
                yield return line;
                line = new string(' ', column);
                isEmpty = true;
            }

            line += isEmpty ? word : $" {word}";
            isEmpty = false;
        }

        yield return line;
    }

    /// <summary>Neighbours that were not checked for one reason share a line.</summary>
    private static IEnumerable<Finding> Together(IReadOnlyList<Finding> findings)
    {
        for (var first = 0; first < findings.Count;)
        {
            var finding = findings[first];
            var count = findings.Skip(first).TakeWhile(
                next => next.Status == CheckStatus.Skipped && next.Found == finding.Found).Count();
            yield return count < 2
                ? finding
                : finding with { Check = finding.Check with { Subject = Words.Count(count, "check") } };
            first += Math.Max(1, count);
        }
    }

    /// <summary>
    /// A finding begins in lower case, except where it begins with a name. A question and a line of SQL have a mark of
    /// their own, and so has what introduces such lines.
    /// </summary>
    private static string Sentence(string text) => text is [.., '?' or ';' or ':']
        ? PrintableText.Of(text)
        : PrintableText.Of(text).TrimEnd('.') + ".";
}
