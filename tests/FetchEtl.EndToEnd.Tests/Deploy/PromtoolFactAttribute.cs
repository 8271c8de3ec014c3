namespace FetchEtl.EndToEnd.Tests;

/// <summary>A test that needs promtool. Where it is not installed, it is skipped with the reason.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PromtoolFactAttribute : FactAttribute
{
    public PromtoolFactAttribute()
    {
        if (Promtool.Location is null)
        {
            Skip = "promtool is missing. Install it, as with apt-get install prometheus.";
        }
    }
}
