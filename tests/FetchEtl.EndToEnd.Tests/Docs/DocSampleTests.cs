using FetchEtl.Local;
using FetchEtl.Service;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>Checks that the C# on the pages compiles, and that README's harness works.</summary>
public sealed class DocSampleTests
{
    /// <summary>Methods of packages that no project here references, so their samples are not compiled.</summary>
    private static readonly string[] ForeignTransports =
        ["UsingRabbitMq", "UsingAmazonSqs", "UsingAzureServiceBus", "UsingKafka"];

    public static TheoryData<string> Samples { get; } =
        [.. DocPage.FencesOf("csharp").Select(fence => fence.ToString())];

    [Theory]
    [MemberData(nameof(Samples))]
    public void A_sample_compiles_against_the_real_assemblies(string sample)
    {
        var errors = SampleCompiler.ErrorsOf(DocPage.FencesOf("csharp").Single(fence => fence.ToString() == sample));

        Assert.True(errors.Count == 0, string.Join('\n', errors));
    }

    [Fact]
    public void Only_samples_of_packages_that_are_not_here_are_not_compiled()
    {
        var statements = DocPage.FencesOf("cs").Select(fence => fence.Code);

        Assert.All(statements, code => Assert.Contains(
            ForeignTransports, name => code.Contains(name, StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_sample_of_a_fault_plan_is_valid()
    {
        var plans = DocPage.FencesOf("json").Where(fence => fence.Code.Contains("\"rules\"")).ToList();

        Assert.NotEmpty(plans);
        Assert.All(plans, fence => Assert.NotEmpty(SqsFaultPlan.Parse(fence.Code).Rules));
    }

    [Fact]
    public async Task The_sample_of_a_login_is_valid()
    {
        var login = DocPage.FencesOf("json").Single(fence => fence.Code.Contains("\"user_id\""));
        await using var estate = await Estate.CreateAsync();
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, login.Code.ReplaceLineEndings(string.Empty));
        await using var send = await estate.RunAsync("send", "--file", file);
        File.Delete(file);

        Assert.True(send.ExitCode == 0, send.Errors);
        Assert.Equal(1, (await estate.DrainAsync()).GetProperty("written").GetInt64());
    }

    [Fact]
    public async Task The_harness_in_README_moves_logins_from_the_bus_to_the_table()
    {
        var samples = DocPage.Get("README.md").Fences.Where(fence => fence.Language == "csharp").ToList();
        var registration = samples.First(fence => fence.Code.Contains("UsingInMemory", StringComparison.Ordinal));
        var sending = samples.Single(fence => fence.Code.Contains("endpoint.Send", StringComparison.Ordinal));
        await using var estate = await Estate.CreateAsync();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        string[] sections = ["ConnectionStrings__", "Masking__"];
        var settings = estate.Settings.Where(x =>
            Array.Exists(sections, section => x.Key.StartsWith(section, StringComparison.Ordinal)));
        builder.Configuration.AddInMemoryCollection(settings.Select(x =>
            KeyValuePair.Create($"FetchEtl:{x.Key.Replace("__", ":", StringComparison.Ordinal)}", (string?)x.Value)));
        await SampleCompiler.RunAsync(registration, builder.Services, builder.Configuration);
        using var host = builder.Build();
        await host.StartAsync();

        var endpoint = await host.Services.GetRequiredService<IBus>().GetSendEndpoint(new Uri("queue:logins"));
        foreach (var login in new LoginGenerator(1).Take(10))
        {
            await SampleCompiler.RunAsync(sending, endpoint: endpoint, json: login);
        }

        await Estate.UntilAsync(async () => await estate.RowsAsync() == 10);
        await host.StopAsync();
    }
}
