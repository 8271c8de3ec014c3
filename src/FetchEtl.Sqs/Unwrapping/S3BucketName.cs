namespace FetchEtl.Sqs;

/// <summary>
/// S3's rules for the name of a bucket:
/// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html.
/// </summary>
public static class S3BucketName
{
    /// <summary>The rule in words, to follow "must be".</summary>
    public const string Rule = "the name of a bucket: 3 to 63 lower-case letters, digits, hyphens and dots";

    /// <summary>Whether a text has the form of a bucket's name.</summary>
    /// <param name="name">The text.</param>
    public static bool IsValid(string? name) => name is { Length: >= 3 and <= 63 }
        && char.IsAsciiLetterOrDigit(name[0])
        && char.IsAsciiLetterOrDigit(name[^1])
        && !name.Contains("..", StringComparison.Ordinal)
        && name.All(static x => char.IsAsciiLetterLower(x) || char.IsAsciiDigit(x) || x is '-' or '.');
}
