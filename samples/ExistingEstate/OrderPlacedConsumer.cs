using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace ExistingEstate;

/// <summary>A consumer of the application's own: it has nothing to do with logins.</summary>
/// <param name="shop">The application's database.</param>
public sealed class OrderPlacedConsumer(ShopContext shop) : IConsumer<OrderPlaced>
{
    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<OrderPlaced> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var placed = context.Message;
        if (await shop.Orders.AnyAsync(order => order.OrderId == placed.OrderId, context.CancellationToken))
        {
            return;
        }

        shop.Orders.Add(new Order { OrderId = placed.OrderId, TotalPrice = placed.TotalPrice });
        await shop.SaveChangesAsync(context.CancellationToken);
    }
}
