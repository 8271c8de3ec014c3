using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace FetchEtl.Logins.Tests;

public sealed class MessageIdentitiesTests
{
    /// <summary>Computed by Python's hashlib from the description in the class's remarks.</summary>
    [Theory]
    [InlineData("d6967654-a443-848f-9e4b-1d9cd2699a72", "logins", "3", "42")]
    [InlineData("d1e9fa62-4015-8ad2-b940-1c2bd40da330", "é")]
    [InlineData("df3f6198-04a9-8fdb-8057-192dc43dd748", "")]
    public void An_identity_is_the_documented_hash(string expected, params string[] parts) =>
        Assert.Equal(Guid.Parse(expected), MessageIdentities.FromText(parts));

    [Fact]
    public void An_identity_is_a_UUID_of_version_8()
    {
        var id = MessageIdentities.FromOffset("logins", partition: 3, offset: 42);

        Assert.Equal(8, id.Version);
        Assert.InRange(id.Variant, 8, 11);
        Assert.Equal(MessageIdentities.FromText("logins", "3", "42"), id);
    }

    [Fact]
    public void Parts_that_only_together_are_equal_have_identities_of_their_own()
    {
        Guid[] ids =
        [
            MessageIdentities.FromText("a", "bc"),
            MessageIdentities.FromText("ab", "c"),
            MessageIdentities.FromText("abc"),
            MessageIdentities.FromText("abc", ""),
            MessageIdentities.FromText("", "abc"),
            MessageIdentities.FromOffset("logins-1", 1, 11),
            MessageIdentities.FromOffset("logins-1", 11, 1),
            MessageIdentities.FromOffset("logins", 11, 11),
        ];

        Assert.Equal(ids.Length, ids.Distinct().Count());
    }

    [Fact]
    public void Equal_parts_and_only_they_have_equal_identities()
    {
        var parts = ArbMap.Default.GeneratorFor<NonNull<string>>().Select(text => text.Get)
            .Where(IsWellFormed).NonEmptyListOf();
        Prop.ForAll(
            Arb.From(parts),
            Arb.From(parts),
            (one, other) => MessageIdentities.FromText([.. one]) == MessageIdentities.FromText([.. other])
                == one.SequenceEqual(other, StringComparer.Ordinal))
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public void What_identifies_nothing_is_refused()
    {
        Assert.Throws<ArgumentException>(() => MessageIdentities.FromText());
        Assert.Throws<ArgumentNullException>(() => MessageIdentities.FromText("logins", null!));
        Assert.Throws<EncoderFallbackException>(() => MessageIdentities.FromText("\ud800"));
    }

    private static bool IsWellFormed(string text) => !text.Any(char.IsSurrogate);
}
