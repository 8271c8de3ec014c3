using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using FetchEtl.Service;
using FetchEtl.Testing;
using k8s.Models;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>Checks that the files of deploy/ name settings and verbs that exist, and valid values.</summary>
public sealed partial class DeploySettingsTests
{
    /// <summary>
    /// The keys of docs/configuration.md, which <see cref="DocSettingsTests"/> holds against the code.
    /// </summary>
    private static readonly IReadOnlyList<string> Known =
    [
        .. DocPage.Get("docs/configuration.md").Rows.Where(row => row[0].StartsWith('`'))
            .Select(row => row[0].Trim('`')),
        "Logging:Console:FormatterName",
    ];

    /// <summary>The verbs of docs/operations.md with their options, which <see cref="DocVerbTests"/> holds.</summary>
    private static readonly Dictionary<string, string[]> Verbs = DocPage.Get("docs/operations.md")
        .RowsUnder("## Verbs")
        .SelectMany(row => VerbCell().Match(row[0]).Groups["verb"].Value is var verb
            ? VerbNames(verb).Select(name => (name, Options: Option().Matches(row[0]).Select(x => x.Value).ToArray()))
            : [])
        .ToDictionary(x => x.name, x => x.Options, StringComparer.Ordinal);

    public static TheoryData<string> Deployments { get; } = ["kubernetes", "ecs", "compose", "compose challenge"];

    private static JsonElement Container => JsonDocument.Parse(DeployFiles.Read("deploy/ecs/task-definition.json"))
        .RootElement.GetProperty("containerDefinitions")[0];

    private static IReadOnlyDictionary<string, Dictionary<object, object>> Services =>
        ((Dictionary<object, object>)DeployFiles.ReadYaml("docker-compose.yml")["services"])
        .ToDictionary(x => (string)x.Key, x => (Dictionary<object, object>)x.Value);

    private static IEnumerable<IList<string>> HealthChecks =>
        Services.Values.Where(x => IsFetchEtl(x) && x.ContainsKey("healthcheck"))
            .Select(x => Words(((Dictionary<object, object>)x["healthcheck"])["test"]))
            .Append(Words(Container.GetProperty("healthCheck").GetProperty("command")));

    [Fact]
    public void Every_setting_in_a_file_of_deploy_and_in_the_runbook_exists()
    {
        var named = DeployFiles.WithRunbook
            .SelectMany(file => Setting().Matches(file.Text)
                .Select(x => (file.Name, Key: KeyOf(x.Value))))
            .Distinct()
            .ToList();

        Assert.Contains(named, x => x.Key == "Sqs:QueueName");
        var unknown = named.Where(x => !Known.Contains(x.Key));
        Assert.Empty(unknown);
    }

    [Theory]
    [MemberData(nameof(Deployments))]
    public void The_settings_of_a_deployment_are_valid(string deployment)
    {
        var settings = SettingsOf(deployment);
        // A file or a secret that the platform provides.
        settings["Masking__Keys__0"] = TestKeys.First;
        settings.Remove("Masking__KeyFiles__0");
        settings.TryAdd(
            "ConnectionStrings__Logins", "Host=db.example.com;Database=logins;Username=fetch_etl;SSL Mode=VerifyFull");
        var overrides = settings.Where(x => x.Key.Contains("__", StringComparison.Ordinal))
            .ToDictionary(x => x.Key.Replace("__", ":", StringComparison.Ordinal), x => (string?)x.Value);

        using var host = ServiceHost.CreateConsumer([], overrides).BuildValidated();

        Assert.NotEmpty(overrides);
    }

    [Theory]
    [MemberData(nameof(Deployments))]
    public void A_deployment_lets_no_debugger_and_no_dump_tool_into_the_process(string deployment)
    {
        Assert.Equal("0", SettingsOf(deployment)["DOTNET_EnableDiagnostics"]);
        Assert.Contains("ENV DOTNET_EnableDiagnostics=0", DeployFiles.Read("src/FetchEtl.Service/Dockerfile"));
    }

    [Fact]
    public void Every_command_of_a_container_is_a_verb_with_its_options()
    {
        var commands = PodSpecs.All.Values.Select(pod => pod.Containers[0].Args)
            .Concat(Services.Values.Where(x => x.ContainsKey("command") && IsFetchEtl(x))
                .Select(x => Words(x["command"])))
            .Append(Words(Container.GetProperty("command")))
            .Concat(HealthChecks.Select(x => (IList<string>)[.. x.SkipWhile(word => word != "fetch-etl.dll").Skip(1)]))
            .ToList();

        Assert.Contains(commands, command => command[0] == "run");
        Assert.All(commands, AssertCommand);
    }

    [Fact]
    public void Every_verb_in_a_comment_exists()
    {
        var commands = DeployFiles.All
            .SelectMany(name => QuotedCommand().Matches(DeployFiles.Read(name)))
            .Select(x => x.Groups["command"].Value.Split(' '))
            .ToList();

        Assert.NotEmpty(commands);
        Assert.All(commands, AssertCommand);
    }

    [Fact]
    public void The_policies_of_Terraform_have_every_right_that_operations_documents()
    {
        using var policy = JsonDocument.Parse(
            DocPage.Get("docs/operations.md").Fences.First(fence => fence.Language == "json").Code);
        var documented = policy.RootElement.GetProperty("Statement").EnumerateArray()
            .SelectMany(statement => statement.GetProperty("Action").EnumerateArray())
            .Select(action => action.GetString()!).Distinct();
        var service = DeployFiles.Read("deploy/terraform/iam.tf")
            .Split("data \"aws_iam_policy_document\" \"")
            .Single(x => x.StartsWith("service\"", StringComparison.Ordinal));

        var granted = Action().Matches(service).Select(x => x.Value).Distinct()
            .Where(x => x.StartsWith("sqs:", StringComparison.Ordinal));

        Assert.Equal(documented.Order(StringComparer.Ordinal), granted.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_task_and_a_container_have_more_time_to_stop_than_the_service_takes()
    {
        var shutdown = int.Parse(
            SettingsOf("ecs")["Service__ShutdownTimeoutSeconds"], CultureInfo.InvariantCulture);

        // Fargate allows 120 s at most.
        Assert.InRange(Container.GetProperty("stopTimeout").GetInt32(), shutdown + 5, 120);
        var grace = $"{new ServiceSettings().ShutdownTimeoutSeconds + 10}s";
        Assert.All(Services.Values.Where(IsFetchEtl), service => Assert.Equal(grace, service["stop_grace_period"]));
    }

    [Fact]
    public void A_container_is_not_replaced_because_the_database_is_away()
    {
        var check = Container.GetProperty("healthCheck").GetProperty("command");

        Assert.Equal(["CMD", "dotnet", "fetch-etl.dll", "health", "--live"], Words(check));
        Assert.True(Container.GetProperty("readonlyRootFilesystem").GetBoolean());
    }

    [Fact]
    public void Every_image_has_an_exact_version()
    {
        var images = Services.Values.Select(x => (string)x["image"])
            .Concat(From().Matches(DeployFiles.Read("src/FetchEtl.Service/Dockerfile"))
                .Select(x => x.Groups["image"].Value))
            // Built here, and the two of the challenge, which publishes one tag only.
            .Where(image => image != "fetch-etl:local" && !image.StartsWith("fetchdocker/", StringComparison.Ordinal))
            .ToList();

        Assert.NotEmpty(images);
        Assert.All(images, image => Assert.Matches(@":v?\d+\.\d+(\.\d+)?(-[a-z0-9.-]+)?$", image));
    }

    private static bool IsFetchEtl(Dictionary<object, object> service) => (string)service["image"] == "fetch-etl:local";

    private static Dictionary<string, string> SettingsOf(string deployment) => deployment switch
    {
        "kubernetes" => new(PodSpecs.Single<V1ConfigMap>().Data),
        "ecs" => Container.GetProperty("environment").EnumerateArray().ToDictionary(
            x => x.GetProperty("name").GetString()!, x => x.GetProperty("value").GetString()!),
        _ => ((Dictionary<object, object>)Services[deployment == "compose" ? "fetch-etl" : "challenge"]["environment"])
            .ToDictionary(x => (string)x.Key, x => $"{x.Value}"),
    };

    private static void AssertCommand(IList<string> command)
    {
        var line = string.Join(' ', command);
        var verb = Verbs.Keys.Where(name => $"{line} ".StartsWith($"{name} ", StringComparison.Ordinal))
            .MaxBy(name => name.Length);

        Assert.True(verb is not null, $"'{line}' is no verb of docs/operations.md.");
        var options = command.Where(word => word.StartsWith("--", StringComparison.Ordinal))
            .Select(word => word.Split('=')[0]);
        Assert.Empty(options.Except(Verbs[verb]));
    }

    /// <summary>The key of a setting as configuration.md writes it, without the index of a list.</summary>
    private static string KeyOf(string name) =>
        Index().Replace(name.Replace("__", ":", StringComparison.Ordinal), string.Empty);

    private static IList<string> Words(object list) => list is JsonElement json
        ? [.. json.EnumerateArray().Select(x => x.GetString()!)]
        : [.. ((List<object>)list).Select(x => $"{x}")];

    /// <summary><c>dead list|show</c> is two verbs.</summary>
    private static IEnumerable<string> VerbNames(string words)
    {
        var parts = words.Split(' ');
        return parts.Length == 1 ? parts : parts[1].Split('|').Select(inner => $"{parts[0]} {inner}");
    }

    [GeneratedRegex(
        @"\b(Service|Sqs|ConnectionStrings|Storage|Masking|AppVersion|Logging)(__|:)[A-Z]\w*((__|:)\w+)*",
        RegexOptions.ExplicitCapture,
        5000)]
    private static partial Regex Setting();

    [GeneratedRegex(@":\d+$", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Index();

    [GeneratedRegex(@"^`(?<verb>[a-z][a-z-]*( [a-z|\\]+)?)( |`)", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex VerbCell();

    [GeneratedRegex("--[a-z][a-z-]+", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Option();

    [GeneratedRegex("[`\"]fetch-etl (?<command>[a-z][a-z -]*)[`\"]", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex QuotedCommand();

    [GeneratedRegex("(sqs|kms):[A-Za-z]+", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Action();

    [GeneratedRegex(@"^FROM (?<image>\S+)", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 5000)]
    private static partial Regex From();
}
