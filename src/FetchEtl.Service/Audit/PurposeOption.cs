using System.CommandLine;
using FetchEtl.Maintenance;

namespace FetchEtl.Service;

/// <summary>What a verb on personal values is run for.</summary>
internal static class PurposeOption
{
    public static readonly Option<string> Purpose = new("--purpose")
    {
        Description = "What it is done for, such as a ticket, in at most 200 characters. audit_log keeps it, and " +
            "others read it there: never name a person or a value.",
        Required = true,
    };

    /// <exception cref="UsageException">The purpose is empty, too long, or holds a control character.</exception>
    public static string Read(ParseResult parsed)
    {
        var purpose = parsed.GetValue(Purpose)!.Trim();
        return purpose.Length is > 0 and <= AuditLog.MaxPurposeLength && !purpose.Any(char.IsControl)
            && PrintableText.Of(purpose) == purpose
                ? purpose
                : throw new UsageException(
                    $"{Purpose.Name} must be a text of 1 to {AuditLog.MaxPurposeLength} characters without control "
                    + "characters.");
    }
}
