using Xunit;
using Xunit.Abstractions;

namespace FetchEtl.Testing;

/// <summary>
/// Starts the classes with the trait <c>Category=Slow</c> first. Else one of them can begin last and run alone, while
/// the other threads have nothing left to do. Directory.Build.props names this type.
/// </summary>
public sealed class SlowFirst : ITestCollectionOrderer
{
    /// <summary>What xUnit writes before the name of the class that is a collection of its own.</summary>
    private const string Prefix = "Test collection for ";

    /// <inheritdoc/>
    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderByDescending(IsSlow);

    private static bool IsSlow(ITestCollection collection)
    {
        var name = collection.DisplayName;
        var type = name.StartsWith(Prefix, StringComparison.Ordinal)
            ? Type.GetType($"{name[Prefix.Length..]}, {collection.TestAssembly.Assembly.Name}")
            : null;
        return type is not null && type.CustomAttributes.Any(attribute =>
            attribute.AttributeType == typeof(TraitAttribute)
            && attribute.ConstructorArguments.Select(argument => argument.Value).SequenceEqual(["Category", "Slow"]));
    }
}
