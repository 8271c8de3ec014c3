namespace FetchEtl.Logins.Tests;

public sealed class RefusalShareTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    public void From_twenty_rows_on_the_refused_are_few_or_many_and_so_never_wait_for_ever(int otherReasons)
    {
        for (var refused = 20; refused * (1 + otherReasons) <= 1000; refused++)
        {
            var share = new RefusalShare(refused, 1000 - (refused * (1 + otherReasons)), 1000);

            Assert.NotEqual(share.IsFew, share.IsMany);
        }
    }

    [Theory]
    [InlineData(19, 0, false, false)]
    [InlineData(20, 0, false, true)]
    [InlineData(20, 399, false, true)]
    [InlineData(20, 400, true, false)]
    [InlineData(1, 19, false, false)]
    [InlineData(1, 20, true, false)]
    public void Few_are_one_in_twenty_written_and_many_are_twenty_that_are_not_few(
        int refused, int written, bool isFew, bool isMany)
    {
        var share = new RefusalShare(refused, written, refused + written);

        Assert.Equal((isFew, isMany), (share.IsFew, share.IsMany));
    }
}
