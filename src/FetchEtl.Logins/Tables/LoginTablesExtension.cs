using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace FetchEtl.Logins;

/// <summary>Carries <see cref="LoginTables"/> to the contexts. EF Core caches one model for each of them.</summary>
internal sealed class LoginTablesExtension(LoginTables tables) : IDbContextOptionsExtension
{
    private ExtensionInfo? _info;

    public LoginTables Tables { get; } = tables;

    public DbContextOptionsExtensionInfo Info => _info ??= new(this);

    /// <summary>EF Core registers its own services only where there are none before them.</summary>
    public void ApplyServices(IServiceCollection services) =>
        services.AddSingleton<IModelCacheKeyFactory, CacheKeys>();

    public void Validate(IDbContextOptions options)
    {
    }

    private sealed class CacheKeys : IModelCacheKeyFactory
    {
        public object Create(DbContext context, bool designTime) =>
            (context.GetType(), (context as LoginDbContext)?.Tables, designTime);
    }

    private sealed class ExtensionInfo(LoginTablesExtension extension) : DbContextOptionsExtensionInfo(extension)
    {
        public override bool IsDatabaseProvider => false;

        public override string LogFragment => $"tables of {extension.Tables} ";

        public override int GetServiceProviderHashCode() => 0;

        public override bool ShouldUseSameServiceProvider(DbContextOptionsExtensionInfo other) =>
            other is ExtensionInfo;

        public override void PopulateDebugInfo(IDictionary<string, string> debugInfo)
        {
        }
    }
}
