using System.Text.RegularExpressions;
using FetchEtl.Masking;
using FetchEtl.Service;
using FetchEtl.Testing;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FetchEtl.EndToEnd.Tests;

public sealed partial class ReadmeTests
{
    private static readonly string Readme = File.ReadAllText(Path.Combine(RepositoryRoot.Folder, "README.md"));

    [Fact]
    public void Every_sample_is_compiled()
    {
        var compiled = Squeeze(File.ReadAllText(
            Path.Combine(RepositoryRoot.Folder, "tests", "FetchEtl.EndToEnd.Tests", "Readme", "Samples.cs")));

        var samples = Sample().Matches(Readme);

        Assert.NotEmpty(samples);
        Assert.All(samples, x => Assert.Contains(Squeeze(x.Groups["code"].Value), compiled));
    }

    [Fact]
    public void Every_promise_names_a_test_that_exists()
    {
        var tests = string.Join(
            '\n',
            Directory.EnumerateFiles(Path.Combine(RepositoryRoot.Folder, "tests"), "*Tests.cs", SearchOption.AllDirectories)
                .Select(File.ReadAllText));

        var names = TestName().Matches(Readme).Select(x => x.Groups["name"].Value).ToList();

        Assert.NotEmpty(names);
        Assert.All(names, x => Assert.Contains($" {x}(", tests));
    }

    [Fact]
    public void Every_setting_of_the_queue_the_process_and_masking_is_in_the_table()
    {
        var settable = Keys<SqsSettings>(SqsSettings.Section)
            .Concat(Keys<ServiceSettings>(ServiceSettings.Section))
            .Concat(Keys<MaskingOptions>("Masking").Where(x => !x.Contains(nameof(MaskingOptions.Vault), StringComparison.Ordinal)))
            .Concat(Keys<VaultOptions>("Masking:Vault"));

        Assert.All(settable, x => Assert.Contains(x, Readme));
    }

    [Fact]
    public async Task The_sample_for_an_existing_estate_moves_a_login_from_the_bus_to_the_table()
    {
        await using var estate = await Estate.CreateAsync();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(
            estate.Settings.Select(x => KeyValuePair.Create(x.Key.Replace("__", ":", StringComparison.Ordinal), (string?)x.Value)));
        Samples.InMemory(builder.Services, builder.Configuration);
        using var host = builder.Build();
        await host.StartAsync();

        var endpoint = await host.Services.GetRequiredService<IBus>().GetSendEndpoint(new Uri("queue:logins"));
        foreach (var login in new LoginGenerator(1).Take(10))
        {
            await Samples.SendAsync(endpoint, login);
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await estate.QueryAsync<long>("SELECT count(*) FROM user_logins") < 10)
        {
            await Task.Delay(20, limit.Token);
        }

        await host.StopAsync();
    }

    private static IEnumerable<string> Keys<T>(string section) =>
        typeof(T).GetProperties().Where(x => x.CanWrite || x.PropertyType == typeof(IList<string>)).Select(x => $"| `{section}:{x.Name}` |");

    [GeneratedRegex("```csharp\n(?<code>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Sample();

    [GeneratedRegex("`(?<name>[A-Z][a-z]*_[A-Za-z][A-Za-z_]*)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex TestName();

    private static string Squeeze(string text) => string.Concat(text.Where(x => !char.IsWhiteSpace(x)));
}
