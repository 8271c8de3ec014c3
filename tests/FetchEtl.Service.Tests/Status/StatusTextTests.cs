namespace FetchEtl.Service.Tests;

public sealed class StatusTextTests
{
    [Theory]
    [InlineData(0, "0 s")]
    [InlineData(3, "3 s")]
    [InlineData(0.25, "250 ms")]
    [InlineData(0.9999, "1.0 s")]
    [InlineData(12, "12 s")]
    [InlineData(59.7, "1 min")]
    [InlineData(61, "1 min 1 s")]
    [InlineData(3599.8, "60 min")]
    [InlineData(7260, "2 h 1 min")]
    [InlineData(180_000, "2 d 2 h")]
    public void A_duration_has_the_two_units_that_say_most(double seconds, string text) =>
        Assert.Equal(text, Words.Duration(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(0, "0")]
    [InlineData(0.25, "0.3")]
    [InlineData(99.94, "99.9")]
    [InlineData(99.97, "100")]
    [InlineData(18_123.4, "18,123")]
    public void A_rate_has_a_decimal_only_where_it_tells_something(double rate, string text) =>
        Assert.Equal(text, StatusText.Rate(rate));

    [Fact]
    public void Rules_are_sorted_by_how_often_they_were_broken()
    {
        var rules = new Dictionary<string, long> { ["b"] = 1, ["a"] = 1, ["ip.too_long"] = 7 };

        Assert.Equal("ip.too_long 7, a 1, b 1", StatusText.Rules(rules));
        Assert.Empty(StatusText.Rules(new Dictionary<string, long>()));
    }
}
