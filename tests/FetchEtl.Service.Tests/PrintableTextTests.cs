using System.Globalization;
using System.Text.RegularExpressions;

namespace FetchEtl.Service.Tests;

public sealed partial class PrintableTextTests
{
    [Theory]
    [InlineData("plain, é, 界, 😀", "plain, é, 界, 😀")]
    [InlineData("\u001b[2J\t\r\n\u007f\u009b", @"\u001b[2J\u0009\u000d\u000a\u007f\u009b")]
    [InlineData("\u202Eabc\u2028", @"\u202eabc\u2028")]
    [InlineData(@"C:\users \ \u00g0", @"C:\users \ \u00g0")]
    [InlineData(@"\u001b \u001B", @"\u005cu001b \u005cu001B")]
    public void Control_characters_are_escaped_so_that_the_value_can_be_recovered(string value, string printed)
    {
        Assert.Equal(printed, PrintableText.Of(value));
        Assert.Equal(
            value,
            Escaped().Replace(
                printed, x => ((char)int.Parse(x.Groups["hex"].Value, NumberStyles.HexNumber)).ToString()));
    }

    [GeneratedRegex(@"\\u(?<hex>[0-9a-f]{4})", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Escaped();
}
