using System.Diagnostics;
using System.IO.Compression;
using System.Reflection;
using FetchEtl.Testing;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>
/// Packs the projects as this test run built them, and installs the packages in a project outside the repository.
/// </summary>
[Trait("Category", "Slow")]
public sealed class PackageTests : IDisposable
{
    private static readonly string[] Libraries =
        ["FetchEtl.Local", "FetchEtl.Logins", "FetchEtl.Masking", "FetchEtl.Migrations", "FetchEtl.Sqs"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fetch-etl-packages-");

    private string Feed => Path.Combine(_folder.FullName, "feed");

    [Fact]
    public async Task The_packages_run_the_sample_outside_the_repository_and_the_program_installs_as_a_tool()
    {
        await PackAsync();
        AssertContents();
        Write("NuGet.config", $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="packages" /></config>
              <fallbackPackageFolders><add key="cache" value="{Cache()}" /></fallbackPackageFolders>
              <packageSources><add key="folder" value="feed" /></packageSources>
            </configuration>
            """);
        Write("App.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <NuGetAudit>false</NuGetAudit>
                <DefaultItemExcludes>$(DefaultItemExcludes);feed/**;packages/**</DefaultItemExcludes>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="FetchEtl.Local" Version="{Version}" />
                <PackageReference Include="FetchEtl.Migrations" Version="{Version}" />
                <PackageReference Include="FetchEtl.Sqs" Version="{Version}" />
                <PackageReference Include="Microsoft.Extensions.Hosting" Version="10.0.15" />
              </ItemGroup>
            </Project>
            """);
        Write("Program.cs", Program);

        var output = await DotnetAsync("run", "--property:WarningLevel=0");

        Assert.Contains("1 row with masks: True", output);
        Assert.True(Directory.Exists(Path.Combine(_folder.FullName, "packages", "fetchetl.logins", Version)), output);

        await DotnetAsync("tool", "install", "fetch-etl", "--tool-path", "tools", "--version", Version);
        var tool = OperatingSystem.IsWindows() ? "fetch-etl.exe" : "fetch-etl";
        var key = await RunAsync(Path.Combine(_folder.FullName, "tools", tool), "keys", "new");
        Assert.Equal(32, Convert.FromBase64String(key.Trim()).Length);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static string Version => typeof(Sqs.SqsMetrics).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>The user's packages save downloads. Nothing is written there.</summary>
    private static string Cache() => Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    /// <summary>Packs every project that is not a test. Those that are no packages do nothing.</summary>
    private async Task PackAsync()
    {
        var configuration = typeof(PackageTests).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!;
        // Not a name by which `dotnet run` would find a project.
        Write("pack.targets", $"""
            <Project>
              <ItemGroup>
                <Packed Include="{RepositoryRoot.Folder}/src/*/*.csproj" />
                <Packed Include="{RepositoryRoot.Folder}/migrations/*/*.csproj" />
                <Packed Include="{RepositoryRoot.Folder}/samples/*/*.csproj" />
                <Packed Include="{RepositoryRoot.Folder}/tests/FetchEtl.Testing/*.csproj" />
              </ItemGroup>
              <Target Name="Pack">
                <MSBuild Projects="@(Packed)" Targets="Pack" BuildInParallel="true"
                  Properties="NoBuild=true;Configuration={configuration.Configuration};PackageOutputPath={Feed}" />
              </Target>
            </Project>
            """);
        await DotnetAsync("build", "pack.targets", "-t:Pack", "-nodeReuse:false");
    }

    private void AssertContents()
    {
        string[] expected =
        [
            .. Libraries.SelectMany(name => new[] { $"{name}.{Version}.nupkg", $"{name}.{Version}.snupkg" }),
            $"fetch-etl.{Version}.nupkg", $"fetch-etl.{Version}.snupkg",
        ];
        Assert.Equal(
            expected.Order(StringComparer.Ordinal),
            Directory.EnumerateFiles(Feed).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.All(Libraries, name =>
        {
            string[] library = ["README.md", $"lib/net10.0/{name}.dll", $"lib/net10.0/{name}.xml"];
            Assert.Superset(library.ToHashSet(), Entries($"{name}.{Version}.nupkg"));
            Assert.Contains($"lib/net10.0/{name}.pdb", Entries($"{name}.{Version}.snupkg"));
        });
    }

    private HashSet<string> Entries(string package)
    {
        using var archive = ZipFile.OpenRead(Path.Combine(Feed, package));
        return [.. archive.Entries.Select(entry => entry.FullName)];
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder.FullName, name), text);

    private Task<string> DotnetAsync(params string[] arguments) => RunAsync("dotnet", arguments);

    private async Task<string> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            WorkingDirectory = _folder.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // The test run's own variables: they name its tasks, and its folder of packages would win over the project's.
        string[] own = [.. start.Environment.Keys
            .Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase))];
        foreach (var name in own.Append("CI").Append("NUGET_PACKAGES"))
        {
            start.Environment.Remove(name);
        }

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, output + await errors);
        return output;
    }

    private const string Program = """
        using System.Security.Cryptography;
        using FetchEtl.Local;
        using FetchEtl.Logins;
        using FetchEtl.Migrations;
        using FetchEtl.Sqs;
        using MassTransit;
        using MassTransit.Serialization;
        using Microsoft.Extensions.DependencyInjection;
        using Microsoft.Extensions.Hosting;
        using Npgsql;

        await using var postgres = await LocalPostgres.StartAsync();
        await LoginMigrations.MigrateAsync(postgres.ConnectionString);
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddLogins(options =>
        {
            options.ConnectionString = postgres.ConnectionString;
            options.Masking.Keys.Add(Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        });
        builder.Services.AddMassTransit(x =>
        {
            x.DisableUsageTelemetry();
            x.AddConsumer<LoginConsumer, LoginConsumerDefinition>();
            x.UsingInMemory((context, bus) => bus.ReceiveEndpoint("logins", e => e.ConfigureLoginEndpoint(context)));
        });
        using var host = builder.Build();
        await host.StartAsync();
        const string json = "{\"user_id\":\"u\",\"app_version\":\"1.2.3\",\"device_type\":\"ios\",\"ip\":\"192.0.2.7\","
            + "\"locale\":null,\"device_id\":\"d\"}";
        var endpoint = await host.Services.GetRequiredService<IBus>().GetSendEndpoint(new Uri("queue:logins"));
        await endpoint.Send(new LoginMessage(), x => x.Serializer = new CopyBodySerializer(
            SystemTextJsonRawMessageSerializer.JsonContentType, new StringMessageBody(json)));

        await using var source = NpgsqlDataSource.Create(postgres.ConnectionString);
        var written = source.CreateCommand("SELECT bool_and(masked_ip LIKE '1:%') FROM user_logins");
        for (var i = 0; i < 200 && await written.ExecuteScalarAsync() is not true; i++)
        {
            await Task.Delay(100);
        }

        Console.WriteLine($"1 row with masks: {await written.ExecuteScalarAsync()}");
        Console.WriteLine(SqsUnwrap.Auto);
        await host.StopAsync();
        """;
}
