namespace FetchEtl.Masking.Tests;

public sealed class MaskTests
{
    private const string Hex = "c095d3c959559a70e539824b204f3729108c1b0cfd99f83f3747d24fc47a4dc8";

    [Theory]
    [InlineData("1:" + Hex, 1)]
    [InlineData("27:" + Hex, 27)]
    [InlineData("9999:" + Hex, 9999)]
    public void A_mask_is_its_generation_and_its_32_bytes_and_has_one_text(string text, int generation)
    {
        Assert.True(Mask.TryParse(text, out var mask));

        Assert.Equal(generation, mask.Generation);
        Assert.Equal(Convert.FromHexString(Hex), mask.Hash);
        Assert.Equal(text, mask.ToString());
        Assert.Equal(text.Length, Mask.Length(generation));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(":")]
    [InlineData(Hex)]
    [InlineData(":" + Hex)]
    [InlineData("0:" + Hex)]
    [InlineData("01:" + Hex)]
    [InlineData("+1:" + Hex)]
    [InlineData("-1:" + Hex)]
    [InlineData(" 1:" + Hex)]
    [InlineData("1:" + Hex + "\n")]
    [InlineData("10000:" + Hex)]
    [InlineData("99999999999999999999:" + Hex)]
    [InlineData("1:" + Hex + "0")]
    [InlineData("1:C095d3c959559a70e539824b204f3729108c1b0cfd99f83f3747d24fc47a4dc8")]
    [InlineData("1:g095d3c959559a70e539824b204f3729108c1b0cfd99f83f3747d24fc47a4dc8")]
    [InlineData("1:2:95d3c959559a70e539824b204f3729108c1b0cfd99f83f3747d24fc47a4dc8")]
    public void Anything_else_is_no_mask(string? text)
    {
        Assert.False(Mask.TryParse(text, out _));
    }
}
