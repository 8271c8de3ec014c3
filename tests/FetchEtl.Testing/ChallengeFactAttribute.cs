using Xunit;

namespace FetchEtl.Testing;

/// <summary>A fact about the challenge's own messages; skipped, with the reason, where that file is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ChallengeFactAttribute : FactAttribute
{
    /// <summary>Skips the fact where the file is missing.</summary>
    public ChallengeFactAttribute()
    {
        if (!ChallengeFile.Exists)
        {
            Skip = $"The challenge's messages are not at {ChallengeFile.Location}.";
        }
    }
}
