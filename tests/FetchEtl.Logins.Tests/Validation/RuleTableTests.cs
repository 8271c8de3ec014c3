using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using FetchEtl.Testing;

namespace FetchEtl.Logins.Tests;

/// <summary>
/// Holds the table of docs/dead-letters.md, which maps rules to reasons, against the validator. A test of the service
/// holds the same table against the reasons that it may show.
/// </summary>
public sealed partial class RuleTableTests
{
    private const string Field = "\"locale\":";

    private static readonly Dictionary<string, string[]> Table = File
        .ReadLines(Path.Combine(RepositoryRoot.Folder, "docs", "dead-letters.md"))
        .SkipWhile(line => line != "### Rules and reasons")
        .TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal))
        .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
        .Select(line => line.Split(" | "))
        .ToDictionary(
            cells => Code().Match(cells[0]).Groups["code"].Value,
            cells => Code().Matches(cells[1]).Select(match => match.Groups["code"].Value).ToArray());

    /// <summary>A login, in which one part is replaced: what is replaced, and by what.</summary>
    private static readonly (string Part, string By)[] Broken =
    [
        ("\"user_id\":\"u\",", ""),
        ("\"user_id\":\"u\"", "\"user_id\":null"),
        ("\"user_id\":\"u\"", "\"user_id\":\"\""),
        ($"{Field}\"EN\"", $"{Field}7"),
        ($"{Field}\"EN\"", $"{Field}\"\\ud800\""),
        ($"{Field}\"EN\"", $"{Field}\"\\u0000\""),
        ($"{Field}\"EN\"", $"{Field}\"{new string('x', 33)}\""),
        ("\"user_id\":\"u\"", $"\"user_id\":\"{new string('x', 129)}\""),
        ("192.0.2.1", new string('x', 257)),
        ("2.3.0", "two"),
        ("192.0.2.1", "***"),
        ("192.0.2.1", $"1:{new string('a', 64)}"),
    ];

    private static readonly KeyedPiiMasker[] LookAlikes =
    [
        new(new() { Keys = { TestKeys.First }, Methods = { ["ip"] = MaskingMethod.IpCrypt } }),
        new(new() { Keys = { TestKeys.First }, Methods = { ["device_id"] = MaskingMethod.Ff1 } }),
    ];

    [Fact]
    public void Every_rule_has_a_line_and_every_line_a_rule()
    {
        var rules = typeof(BrokenRule).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(rule => (string)rule.GetRawConstantValue()!);

        Assert.Equal(rules.Order(StringComparer.Ordinal), Table.Keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(AppVersionEncoding.Ordered)]
    [InlineData(AppVersionEncoding.Digits)]
    public void Every_reason_of_the_validator_stands_in_its_rules_line(AppVersionEncoding encoding)
    {
        const string Login =
            """
            {"user_id":"u","app_version":"2.3.0","device_type":"ios","ip":"192.0.2.1","locale":"EN","device_id":"d"}
            """;
        var bodies = Broken.Select(x => Login.Replace(x.Part, x.By, StringComparison.Ordinal)).Append("[]").ToList();
        var found = bodies
            .SelectMany(body => LoginValidator.Validate(
                JsonSerializer.Deserialize<LoginMessage>(body)!, encoding, out _))
            .Select(problem => (problem.Rule, problem.Reason))
            .Concat(LookAlikes.SelectMany(masker => LoginValidator.Validate(
                JsonSerializer.Deserialize<LoginMessage>(Login.Replace("192.0.2.1", "home", StringComparison.Ordinal))!,
                encoding,
                out _,
                masker)).Select(problem => (problem.Rule, problem.Reason)))
            .Append((Rule: BrokenRule.NotJson, Reason: "is not JSON, or nested deeper than 64 levels"))
            .Distinct()
            .ToList();

        Assert.All(found, x => Assert.Contains(x.Reason, Table[x.Rule]));
        var shown = Table.SelectMany(line => line.Value).ToHashSet();
        shown.ExceptWith(found.Select(x => x.Reason));
        var other = encoding == AppVersionEncoding.Digits ? AppVersionEncoding.Ordered : AppVersionEncoding.Digits;
        Assert.Equal(AppVersion.Rule(other), Assert.Single(shown));
    }

    [GeneratedRegex("`(?<code>[^`]+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Code();
}
