namespace FetchEtl.Service.Tests;

public sealed class LineRangesTests
{
    [Theory]
    [InlineData("1-")]
    [InlineData("3,7-9,12-")]
    [InlineData("5")]
    public void Ranges_are_written_as_they_are_read(string text)
    {
        Assert.True(LineRanges.TryParse(text, out var ranges));
        Assert.Equal(text, ranges.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("-3")]
    [InlineData("3-1")]
    [InlineData("5,4")]
    [InlineData("1-3,3")]
    [InlineData("1-,3")]
    [InlineData("a")]
    [InlineData("1-2-3")]
    [InlineData(" 1")]
    public void Anything_else_is_no_range(string text) => Assert.False(LineRanges.TryParse(text, out _));

    [Theory]
    [InlineData("90-", 50, "90-")]
    [InlineData("51-", 50, null)]
    [InlineData("3,49-60", 50, "51-60")]
    [InlineData("3,7", 50, null)]
    [InlineData("2", 0, "2")]
    public void Ranges_behind_the_end_name_nothing_except_the_rest_of_a_send_that_was_stopped_there(
        string text, long end, string? beyond)
    {
        Assert.True(LineRanges.TryParse(text, out var ranges));
        Assert.Equal(beyond, ranges.Beyond(end)?.ToString());
    }

    [Fact]
    public void What_is_left_are_the_open_lines_and_the_rest_of_the_wanted_ones()
    {
        Assert.True(LineRanges.TryParse("2-8,20-", out var wanted));

        Assert.Equal("3,5-6,8,20-", wanted.Left([5, 3, 6], from: 8).ToString());
        Assert.Equal("3,25-", wanted.Left([3], from: 25).ToString());
        Assert.Equal(0, wanted.Left([], from: null).Last);
        Assert.True(wanted.Contains(8) && wanted.Contains(21) && !wanted.Contains(9));
    }
}
