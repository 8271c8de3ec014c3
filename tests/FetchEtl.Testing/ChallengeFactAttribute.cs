using Xunit;

namespace FetchEtl.Testing;

/// <summary>A test of the challenge's messages. Where their file is missing, it is skipped with the reason.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ChallengeFactAttribute : FactAttribute
{
    /// <summary>Skips the test where the file is missing.</summary>
    public ChallengeFactAttribute()
    {
        if (!ChallengeFile.Exists)
        {
            Skip = $"The file of the challenge's messages is missing: {ChallengeFile.Location}.";
        }
    }
}
