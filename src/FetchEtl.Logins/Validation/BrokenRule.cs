namespace FetchEtl.Logins;

/// <summary>The names of the rules that a login can break.</summary>
internal static class BrokenRule
{
    public const string Required = "required";
    public const string NotString = "not_string";
    public const string NotUnicode = "not_unicode";
    public const string HasNul = "has_nul";
    public const string TooLong = "too_long";
    public const string NotVersion = "not_version";
    public const string Redacted = "redacted";
    public const string IsMask = "is_mask";
    public const string NotMaskable = "not_maskable";
    public const string NotJson = "not_json";
    public const string NotObject = "not_object";
}
