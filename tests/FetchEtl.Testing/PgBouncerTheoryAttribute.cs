using Xunit;

namespace FetchEtl.Testing;

/// <summary>A theory that needs pgbouncer. Where it is not installed, it is skipped with the reason.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PgBouncerTheoryAttribute : TheoryAttribute
{
    public PgBouncerTheoryAttribute()
    {
        if (PgBouncer.Location is null)
        {
            Skip = "pgbouncer is missing. Install it, as with apt-get install pgbouncer.";
        }
    }
}
