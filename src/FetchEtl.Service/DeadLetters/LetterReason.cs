using System.Text.RegularExpressions;
using FetchEtl.Sqs;

namespace FetchEtl.Service;

/// <summary>Why a letter is dead, as it may be shown.</summary>
/// <remarks>
/// The attribute that holds a reason is not authenticated: a producer can write a value there. So only the closed list
/// of FetchEtl's own reasons is shown.
/// </remarks>
/// <param name="Text">The reason.</param>
/// <param name="Fields">The fields that it names.</param>
internal sealed partial record LetterReason(string Text, IReadOnlyList<string> Fields)
{
    public static readonly LetterReason MovedBySqs = new("moved by SQS's redrive policy, no reason given", []);
    public static readonly LetterReason Unknown = new("no reason: FetchEtl did not write this letter", []);
    public static readonly LetterReason Foreign = new("a reason that this version of FetchEtl does not know", []);
    public static readonly LetterReason OtherQueue = new("a letter of another queue", []);

    public static LetterReason Of(DeadLetterClaim claim) => claim switch
    {
        { IsFromOtherQueue: true } => OtherQueue,
        { Origin: DeadLetterOrigin.Sqs } => MovedBySqs,
        { Reason: { } reason } => Of(reason),
        _ => Unknown,
    };

    private static LetterReason Of(string reason)
    {
        var known = Known().Match(reason);
        return known.Success
            ? new(reason, [.. known.Groups["field"].Captures.Select(field => string.Intern(field.Value))])
            : Foreign;
    }

    public bool Equals(LetterReason? other) => string.Equals(Text, other?.Text, StringComparison.Ordinal);

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Text);

    [GeneratedRegex(
        """
        \A(
        (?<field>body):\ (is\ not\ a\ JSON\ object|is\ not\ JSON,\ or\ nested\ deeper\ than\ 64\ levels)
        |(?<field>body):\ (is\ not\ (a\ notification\ of\ SNS|an\ event\ of\ EventBridge)
            |is\ a\ request\ of\ SNS\ to\ confirm\ a\ subscription,\ not\ a\ notification
            |is\ a\ notification\ of\ SNS\ (whose\ Message\ is\ not\ (a\ text|valid\ Unicode)|in\ another\ one)
            |is\ an\ event\ of\ EventBridge\ (whose\ detail\ is\ not\ an\ object|in\ another\ one)
            |is\ an\ S3\ pointer\ (that\ is\ malformed|to\ another\ one|to\ a\ bucket\ that\ is\ not\ allowed
                |to\ an\ object\ that\ (does\ not\ exist|is\ larger\ than\ 1\ MiB)))
        |PostgreSQL\ rejected\ the\ row:\ SQLSTATE\ (22001|22021|22P05)\x20
            \((string_data_right_truncation|character_not_in_repertoire|untranslatable_character)\)
        |The\ body\ could\ not\ be\ deserialized\.
        |((?<separator>\A|;\ )(?<field>user_id|app_version|device_type|ip|locale|device_id):\x20
            (is\ missing|is\ null|is\ empty|is\ not\ a\ string|is\ not\ valid\ Unicode
            |is\ longer\ than\ (32|128|256)\ characters
            |contains\ U\+0000,\ which\ PostgreSQL\ can't\ store
            |has\ the\ form\ of\ a\ mask,\ so\ it\ could\ not\ be\ told\ from\ one\ in\ the\ table
            |is\ not\ a\ plain\ IP\ address,\ which\ Masking:Methods:ip\ needs
            |is\ not\ 6\ or\ more\ digits\ and\ separators,\ which\ Masking:Methods:device_id\ needs
            |is\ \*\*\*:\ the\ message\ was\ serialised\ from\ a\ LoginMessage,\ which\ hides\ personal\ fields;
                \ send\ the\ raw\ JSON
            |is\ not\ a\ version\ of\ one\ to\ three\ numeric\ parts,\ at\ most\ 2146\.999\.999
            |is\ not\ a\ version\ of\ one\ to\ three\ numeric\ parts\ whose\ digits\ fit\ a\ 32-bit\ integer))+
        )\z
        """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Known();
}
