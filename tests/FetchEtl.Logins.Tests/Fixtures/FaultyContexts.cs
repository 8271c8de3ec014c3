using Microsoft.EntityFrameworkCore;

namespace FetchEtl.Logins.Tests;

/// <summary>Creates contexts over the real database, and on request fails as a bug would.</summary>
internal sealed class FaultyContexts(string connectionString) : IDbContextFactory<LoginDbContext>
{
    private readonly DbContextOptions<LoginDbContext> _options =
        new DbContextOptionsBuilder<LoginDbContext>().UseNpgsql(connectionString).Options;

    private int _failures;

    public void FailNext(int count) => Volatile.Write(ref _failures, count);

    public LoginDbContext CreateDbContext() =>
        Interlocked.Decrement(ref _failures) >= 0
            ? throw new InvalidOperationException("a bug")
            : new LoginDbContext(_options);
}
