using System.Text;

namespace FetchEtl.Logins;

/// <summary>The rules that a message must meet to be a login.</summary>
internal static class LoginValidator
{
    private const string SerializedHere =
        "is ***: the message was serialised from a LoginMessage, which hides personal fields; send the raw JSON";

    private const string NoAddress = "is not a plain IP address, which Masking:Methods:ip needs";
    private const string NoDigits = "is not 6 or more digits and separators, which Masking:Methods:device_id needs";

    /// <summary>Checks a message and encodes its version.</summary>
    /// <param name="message">The message.</param>
    /// <param name="encoding">How the version is encoded.</param>
    /// <param name="appVersion">The encoded version.</param>
    /// <param name="masker">The masker, which may not be able to mask every value; null for any other.</param>
    /// <returns>Every broken rule; empty for a login.</returns>
    public static IReadOnlyList<InvalidField> Validate(
        LoginMessage message, AppVersionEncoding encoding, out int appVersion, KeyedPiiMasker? masker = null)
    {
        List<InvalidField>? found = null;
        appVersion = 0;

        CheckPersonal(LoginFields.UserId, message.UserId, ColumnLengths.UserId);
        if (string.IsNullOrEmpty(message.UserId?.Reveal()))
        {
            Add(LoginFields.UserId, message.UserId is null ? "is null" : "is empty", BrokenRule.Required);
        }

        if (string.IsNullOrEmpty(message.AppVersion))
        {
            Add(LoginFields.AppVersion, message.AppVersion is null ? "is null" : "is empty", BrokenRule.Required);
        }
        else if (!AppVersion.TryEncode(message.AppVersion, encoding, out appVersion))
        {
            Add(LoginFields.AppVersion, AppVersion.Rule(encoding), BrokenRule.NotVersion);
        }

        CheckText(LoginFields.DeviceType, message.DeviceType, ColumnLengths.DeviceType);
        CheckPersonal(LoginFields.Ip, message.Ip, ColumnLengths.RawPersonal);
        CheckText(LoginFields.Locale, message.Locale, ColumnLengths.Locale);
        CheckPersonal(LoginFields.DeviceId, message.DeviceId, ColumnLengths.RawPersonal);
        if (masker is not null)
        {
            CheckMaskable(LoginFields.Ip, PiiField.Ip, message.Ip, NoAddress);
            CheckMaskable(LoginFields.DeviceId, PiiField.DeviceId, message.DeviceId, NoDigits);
        }

        return found is null && message.ReadProblems.Count == 0 ? [] : Merge(message.ReadProblems, found);

        void CheckPersonal(string name, PersonalText? value, int limit)
        {
            var text = value?.Reveal();
            if (text == PersonalText.Redacted)
            {
                Add(name, SerializedHere, BrokenRule.Redacted);
            }
            else if (Mask.TryParse(text, out _))
            {
                Add(
                    name,
                    "has the form of a mask, so it could not be told from one in the table",
                    BrokenRule.IsMask);
            }
            else
            {
                CheckText(name, text, limit);
            }
        }

        void CheckMaskable(string name, PiiField field, PersonalText? value, string reason)
        {
            // A value that broke another rule already gets no second reason for the same form.
            if (!masker.CanMask(field, value) && found?.Exists(other => other.Name == name) != true)
            {
                Add(name, reason, BrokenRule.NotMaskable);
            }
        }

        void CheckText(string name, string? text, int limit)
        {
            if (text is null)
            {
                return;
            }

            if (text.Contains('\0'))
            {
                Add(name, "contains U+0000, which PostgreSQL can't store", BrokenRule.HasNul);
            }

            if (!TryCountCharacters(text, out var length))
            {
                Add(name, "is not valid Unicode", BrokenRule.NotUnicode);
            }
            else if (length > limit)
            {
                Add(name, $"is longer than {limit} characters", BrokenRule.TooLong);
            }
        }

        void Add(string name, string reason, string rule) => (found ??= []).Add(new InvalidField(name, reason, rule));
    }

    /// <summary>A field that could not be read gets no second reason for being null.</summary>
    private static List<InvalidField> Merge(IReadOnlyList<InvalidField> unread, List<InvalidField>? found)
    {
        if (unread.Count == 1 && unread[0].Name == LoginFields.Body)
        {
            return [unread[0]];
        }

        var all = new List<InvalidField>(unread);
        foreach (var field in found ?? [])
        {
            if (!unread.Any(other => other.Name == field.Name))
            {
                all.Add(field);
            }
        }

        return all;
    }

    /// <summary>Counts code points, as PostgreSQL's varchar(n) does. False for a lone surrogate.</summary>
    private static bool TryCountCharacters(ReadOnlySpan<char> text, out int count)
    {
        count = text.Length;
        if (Ascii.IsValid(text))
        {
            return true;
        }

        count = 0;
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out _, out var consumed) != System.Buffers.OperationStatus.Done)
            {
                return false;
            }

            text = text[consumed..];
            count++;
        }

        return true;
    }
}
