namespace ExistingEstate;

/// <summary>A message of the application's own.</summary>
/// <param name="OrderId">The order's number.</param>
/// <param name="TotalPrice">What the customer pays.</param>
public sealed record OrderPlaced(Guid OrderId, decimal TotalPrice);
