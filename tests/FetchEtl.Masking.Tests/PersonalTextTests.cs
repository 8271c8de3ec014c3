using System.Diagnostics;
using System.Reflection;
using System.Text.Json;

namespace FetchEtl.Masking.Tests;

public sealed class PersonalTextTests
{
    private const string Canary = "canary-7d1f";

    private static readonly PersonalText Personal = new(Canary);

    [Fact]
    public void Only_Reveal_gives_the_value()
    {
        Assert.Equal(Canary, Personal.Reveal());
    }

    [Fact]
    public void Text_interpolation_and_boxing_print_stars()
    {
        Assert.Equal("***", Personal.ToString());
        Assert.Equal("***", $"{Personal}");
        Assert.Equal("***", ((object)Personal).ToString());
    }

    [Fact]
    public void A_record_that_holds_it_prints_stars()
    {
        Assert.Equal("Holder { Value = *** }", new Holder(Personal).ToString());
    }

    [Fact]
    public void Json_writes_stars_and_reads_the_value()
    {
        Assert.Equal("""{"Value":"***"}""", JsonSerializer.Serialize(new Holder(Personal)));
        Assert.Equal(Personal, JsonSerializer.Deserialize<Holder>($$"""{"Value":"{{Canary}}"}""")!.Value);
    }

    [Fact]
    public void No_public_member_and_no_debugger_view_shows_the_value()
    {
        Assert.Empty(typeof(PersonalText).GetProperties(BindingFlags.Public | BindingFlags.Instance));
        Assert.Empty(typeof(PersonalText).GetFields(BindingFlags.Public | BindingFlags.Instance));
        Assert.Equal("***", typeof(PersonalText).GetCustomAttribute<DebuggerDisplayAttribute>()!.Value);
        var field = Assert.Single(typeof(PersonalText).GetFields(BindingFlags.NonPublic | BindingFlags.Instance));
        Assert.Equal(DebuggerBrowsableState.Never, field.GetCustomAttribute<DebuggerBrowsableAttribute>()!.State);
    }

    private sealed record Holder(PersonalText Value);
}
