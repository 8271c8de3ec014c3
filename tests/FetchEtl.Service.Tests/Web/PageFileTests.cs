namespace FetchEtl.Service.Tests;

public sealed class PageFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fetch-etl-page-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_folder_and_a_file_of_a_missing_folder_are_refused_before_the_work_begins()
    {
        var missing = Path.Combine(_folder.FullName, "missing");

        var isFolder = Assert.Throws<UsageException>(() => PageFile.Check(_folder.FullName));
        var hasNoFolder = Assert.Throws<UsageException>(() => PageFile.Check(Path.Combine(missing, "page.html")));

        Assert.Throws<UsageException>(() => PageFile.Check(string.Empty));
        Assert.Equal($"--html: {_folder.FullName} is a folder. Name a file.", isFolder.Message);
        Assert.Equal($"--html: the folder {missing} does not exist. Create it first.", hasNoFolder.Message);
        PageFile.Check(Path.Combine(_folder.FullName, "page.html"));
        PageFile.Check("page.html");
        PageFile.Check(null);
    }
}
