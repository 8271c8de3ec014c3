using FetchEtl.Testing;

namespace FetchEtl.Masking.Tests;

public sealed class PublicApiTests
{
    [Fact]
    public void The_public_API_is_the_approved_one() => PublicApi.Verify(typeof(IPiiMasker).Assembly);

    [Fact]
    public void An_API_that_is_not_approved_fails_with_the_lines_and_the_way_to_accept_them()
    {
        var folder = Directory.CreateTempSubdirectory("fetch-etl-api-");
        try
        {
            var approved = Path.Combine(folder.FullName, "PublicApi.txt");
            var assembly = typeof(IPiiMasker).Assembly;

            PublicApi.Verify(assembly, approved, _ => "1");
            PublicApi.Verify(assembly, approved, _ => null);
            File.WriteAllText(
                approved, File.ReadAllText(approved).Replace("struct Mask", "struct Veil", StringComparison.Ordinal));
            var failure = Assert.Throws<PublicApiChangedException>(
                () => PublicApi.Verify(assembly, approved, _ => null));

            Assert.Contains("FETCHETL_ACCEPT_API=1", failure.Message, StringComparison.Ordinal);
            Assert.Contains("struct Veil", failure.Message, StringComparison.Ordinal);
            Assert.Contains("struct Mask", failure.Message, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
