namespace FetchEtl.Local.Tests;

/// <summary>A test that needs LocalSqs itself: its clock, its faults or its options.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LocalFactAttribute : FactAttribute
{
    public LocalFactAttribute()
    {
        if (SqsEndpoint.Other is not null)
        {
            Skip = $"{SqsEndpoint.Variable} names another endpoint, whose clock and options this test cannot set.";
        }
    }
}
