namespace ExistingEstate;

/// <summary>A row of the application's own.</summary>
public sealed class Order
{
    /// <summary>The order's number.</summary>
    public Guid OrderId { get; init; }

    /// <summary>What the customer pays.</summary>
    public decimal TotalPrice { get; init; }
}
