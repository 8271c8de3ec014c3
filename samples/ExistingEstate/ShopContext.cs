using Microsoft.EntityFrameworkCore;

namespace ExistingEstate;

/// <summary>The application's own context, with its schema and its naming convention.</summary>
/// <param name="options">The options.</param>
public sealed class ShopContext(DbContextOptions<ShopContext> options) : DbContext(options)
{
    /// <summary>The orders: <c>shop.orders (order_id, total_price)</c>.</summary>
    public DbSet<Order> Orders => Set<Order>();

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        ArgumentNullException.ThrowIfNull(modelBuilder);
        modelBuilder.HasDefaultSchema("shop");
    }
}
