using System.Diagnostics;
using System.Text.Json;
using FetchEtl.Service;
using FetchEtl.Testing;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>Checks that each file of deploy/ can be read by what it is for, as far as this machine has that.</summary>
public sealed class DeployParseTests
{
    [Fact]
    public void Every_YAML_and_JSON_file_can_be_read()
    {
        var broken = DeployFiles.All
            .Select(name => (Name: name, Problem: Problem(name)))
            .Where(x => x.Problem is not null);

        Assert.Empty(broken);
    }

    [Fact]
    public void README_says_of_each_file_how_it_was_checked()
    {
        var page = DeployFiles.Read("deploy/README.md");

        var missing = DeployFiles.All.Where(name => name != "deploy/README.md")
            .Where(name => !Places(name).Any(place => page.Contains($"`{place}`", StringComparison.Ordinal)));

        Assert.Empty(missing);
    }

    [PosixFact]
    public async Task The_DAG_reads_the_summary_that_drain_prints()
    {
        await using var estate = await Estate.CreateAsync();
        await estate.SendAsync(20, seed: 1);
        var program = Path.Combine(AppContext.BaseDirectory, "fetch-etl.dll");

        var (exitCode, output) = await PythonAsync(
            estate.Settings, DeployFiles.PathOf("deploy/airflow/fetch_etl_drain.py"), "dotnet", program);

        Assert.True(exitCode == 0, output);
        using var summary = JsonDocument.Parse(output);
        Assert.Equal(20, summary.RootElement.GetProperty("written").GetInt32());
        Assert.Equal(0, summary.RootElement.GetProperty("invalidShare").GetDouble());
        Assert.Equal(
            [Verb.Succeeded, Verb.Failed, Verb.LeftBehind],
            DeployFiles.Read("deploy/airflow/fetch_etl_drain.py").Split('\n')
                .Single(line => line.StartsWith("EMPTY, FAILED, LEFT = ", StringComparison.Ordinal))
                .Split('=')[1].Split(',').Select(int.Parse));
    }

    [PosixFact]
    public async Task Python_compiles_the_DAG()
    {
        // Compiles without writing a cache beside the file.
        var (exitCode, output) = await PythonAsync(
            new Dictionary<string, string>(),
            "-c",
            "import sys; [compile(open(f).read(), f, 'exec') for f in sys.argv[1:]]",
            DeployFiles.PathOf("deploy/airflow/fetch_etl_dag.py"),
            DeployFiles.PathOf("deploy/airflow/fetch_etl_drain.py"));

        Assert.True(exitCode == 0, output);
    }

    /// <summary>The file and the folders that it is in, as the page writes them: without deploy/.</summary>
    private static IEnumerable<string> Places(string name)
    {
        var parts = (name.StartsWith("deploy/", StringComparison.Ordinal) ? name["deploy/".Length..] : name).Split('/');
        return Enumerable.Range(1, parts.Length)
            .Select(count => string.Join('/', parts[..count]) + (count < parts.Length ? "/" : string.Empty));
    }

    private static string? Problem(string name)
    {
        try
        {
            switch (Path.GetExtension(name))
            {
                case ".json":
                    using (JsonDocument.Parse(DeployFiles.Read(name)))
                    {
                        return null;
                    }

                case ".yml" or ".yaml":
                    foreach (var document in DeployFiles.Documents(name))
                    {
                        DeployFiles.ParseYaml(document);
                    }

                    return null;

                default:
                    return null;
            }
        }
        catch (Exception exception) when (exception is JsonException or YamlDotNet.Core.YamlException)
        {
            return exception.Message;
        }
    }

    private static async Task<(int ExitCode, string Output)> PythonAsync(
        IReadOnlyDictionary<string, string> settings, params string[] arguments)
    {
        var start = new ProcessStartInfo("python3", arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (key, value) in settings)
        {
            start.Environment[key] = value;
        }

        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, process.ExitCode == 0 ? await output : await errors);
    }
}
