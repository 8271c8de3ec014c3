using FetchEtl.Testing;

namespace FetchEtl.Local.Tests;

public sealed class FileNamesTests
{
    /// <summary>
    /// Server and client of one API have similar types. Distinct names show a reader which side a file is on.
    /// </summary>
    [Fact]
    public void No_file_of_FetchEtl_Local_has_the_name_of_a_file_of_FetchEtl_Sqs()
    {
        var local = Names("FetchEtl.Local");
        var sqs = Names("FetchEtl.Sqs");

        Assert.NotEmpty(local);
        Assert.NotEmpty(sqs);
        Assert.Empty(local.Intersect(sqs));
    }

    private static List<string> Names(string project)
    {
        var folder = Path.Combine(RepositoryRoot.Folder, "src", project);
        var build = Path.Combine(folder, "obj");
        return
        [
            .. Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
                .Where(file => !file.StartsWith(build, StringComparison.Ordinal))
                .Select(file => Path.GetFileName(file)),
        ];
    }
}
