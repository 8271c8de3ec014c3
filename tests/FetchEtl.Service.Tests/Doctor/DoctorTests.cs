using System.Text.Json;
using Amazon.SQS.Model;
using FetchEtl.Local;
using FetchEtl.Testing;
using Npgsql;

namespace FetchEtl.Service.Tests;

/// <summary>A good setup has no errors, nothing is changed, and the report keeps its form.</summary>
public sealed class DoctorTests(DoctorEstate estate) : IClassFixture<DoctorEstate>
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(8);

    /// <summary>Calls that read, or whose arguments SQS rejects.</summary>
    private static readonly string[] Harmless =
    [
        "ChangeMessageVisibilityBatch", "DeleteMessageBatch", "GetQueueAttributes", "GetQueueUrl", "ReceiveMessage",
        "SendMessageBatch",
    ];

    private static readonly string[] Tables =
    [
        "SELECT * FROM user_logins", "SELECT * FROM masking_generations", "SELECT * FROM pii_vault",
        "SELECT * FROM \"__EFMigrationsHistory\"",
        "SELECT relname, relnatts, relacl FROM pg_catalog.pg_class WHERE relnamespace = 'public'::regnamespace",
    ];

    [Fact]
    public async Task A_service_that_is_set_up_well_has_no_error()
    {
        var settings = estate.Settings();
        await CreateQueuesAsync(settings);
        await using var s3 = await TestS3.StartAsync();
        s3.Create("payloads");
        settings["Sqs:PayloadBuckets:0"] = "payloads";
        settings["Sqs:DeletePayloads"] = "true";
        settings["AWS:ServiceURL"] = $"{s3.Url}";

        var report = await DoctorEstate.RunAsync(settings);

        var findings = report.Sections.SelectMany(section => section.Findings).ToList();
        Assert.DoesNotContain(findings, finding => finding.Status == CheckStatus.Error);
        // The private server of the tests does not flush to disk, and a role of the service reads no history. A late
        // answer looks like a wrong clock.
        Assert.Equal(
            [Checks.Durability],
            findings.Where(finding => finding.Status == CheckStatus.Warning).Select(finding => finding.Check)
                .Except([Checks.SqsClock, Checks.DatabaseClock]));
        Assert.Equal(
            [Checks.Migrations],
            findings.Where(finding => finding.Status == CheckStatus.Skipped).Select(finding => finding.Check));
        Assert.Equal(0, report.ExitCode);
        Assert.Equal(Checks.All.Order(ById), findings.Select(finding => finding.Check).Distinct().Order(ById));
    }

    [Fact]
    public async Task Queues_receive_counts_and_tables_are_as_before()
    {
        var settings = estate.Settings();
        var (url, dead) = await CreateQueuesAsync(settings);
        settings["ConnectionStrings:Logins"] = estate.Owner;
        // A start of the service would register this key.
        settings["Masking:Keys:1"] = TestKeys.Second;
        foreach (var body in new[] { "a", "b", "c" })
        {
            await estate.Client.SendMessageAsync(url, body);
        }

        await estate.Client.SendMessageAsync(dead, "d");
        var tables = await Task.WhenAll(Tables.Select(estate.ReadAsync));
        var before = new Dictionary<string, long>(estate.Sqs.CallCounts);

        var report = await DoctorEstate.RunAsync(settings);

        Assert.Equal(0, report.Errors);
        Assert.Equal(
            Harmless,
            estate.Sqs.CallCounts.Where(call => call.Value > before.GetValueOrDefault(call.Key))
                .Select(call => call.Key).Order(StringComparer.Ordinal));
        Assert.Equal(tables, await Task.WhenAll(Tables.Select(estate.ReadAsync)));
        Assert.Equal("a:1,b:1,c:1", await ReceiveAllAsync(url));
        Assert.Equal("d:1", await ReceiveAllAsync(dead));
    }

    [Fact]
    public async Task An_unknown_key_hides_no_check_of_its_section()
    {
        var settings = estate.Settings();
        await CreateQueuesAsync(settings);
        settings["Sqs:Zzzzzzzz"] = "x";
        settings["Storage:Zzzzzzzz"] = "7";
        settings["Masking:Zzzzzzzz"] = "x";

        var report = await DoctorEstate.RunAsync(settings);

        var findings = report.Sections.SelectMany(section => section.Findings).ToList();
        Assert.Equal(
            [Checks.Sqs, Checks.Database, Checks.Masking],
            findings.Where(finding => finding.Status == CheckStatus.Error).Select(finding => finding.Check));
        Assert.All(
            findings.Where(finding => finding.Status == CheckStatus.Error),
            finding => Assert.Contains(" is not a setting", finding.Found));
        Assert.Equal(
            [Checks.Migrations],
            findings.Where(finding => finding.Status == CheckStatus.Skipped).Select(finding => finding.Check));
    }

    [Fact]
    public async Task With_nothing_set_each_section_says_why_it_cannot_check()
    {
        var report = await DoctorEstate.RunAsync(new()
        {
            ["Sqs:Region"] = "not a region",
            ["ConnectionStrings:Logins"] = null,
            ["Masking:Keys:0"] = null,
        });

        Assert.Equal(1, report.ExitCode);
        Assert.All(
            report.Sections.Skip(1).SelectMany(section => section.Findings),
            finding => Assert.StartsWith("not checked, because ", finding.Found));
    }

    [Fact]
    public async Task A_lock_on_the_table_ends_with_the_limit_and_the_rest_is_not_checked()
    {
        var settings = estate.Settings();
        await using var connection = new NpgsqlConnection(estate.Owner);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand("LOCK TABLE user_logins", connection, transaction);
        await command.ExecuteNonQueryAsync();

        var report = await DoctorEstate.RunAsync(settings, limit: Limit);

        var findings = report.Sections.SelectMany(section => section.Findings).ToList();
        var late = Assert.Single(findings, finding => finding.Found == "PostgreSQL gave no answer within 8 s");
        Assert.Contains("a lock on user_logins", late.Remedy, StringComparison.Ordinal);
        Assert.Contains(
            findings,
            finding => finding.Check == Checks.Generations
                && finding.Found == "not checked, because a statement before it did not end");
    }

    [Fact]
    public async Task An_SQS_that_does_not_answer_ends_with_the_limit_and_hides_no_other_section()
    {
        estate.Sqs.Faults = new SqsFaultPlan
        {
            Rules = [new SqsFaultRule { Kind = SqsFaultKind.Latency, LatencyMilliseconds = 600_000 }],
        };
        var report = await DoctorEstate.RunAsync(estate.Settings(), limit: Limit);
        estate.Sqs.Faults = null;

        var findings = report.Sections.SelectMany(section => section.Findings).ToList();
        var queue = Assert.Single(findings, finding => finding.Check == Checks.Queue);
        Assert.Equal("SQS cannot be reached: no answer within 8 s", queue.Found);
        Assert.Contains(findings, finding => finding is { Status: CheckStatus.Ok, Check.Id: "database.rights" });
    }

    [Fact]
    public async Task The_document_has_its_documented_members_and_no_secret()
    {
        var settings = estate.Settings();
        var report = await DoctorEstate.RunAsync(settings);

        var text = JsonSerializer.Serialize(DoctorDocument.Of(report), DoctorJson.Default.DoctorDocument);
        var root = JsonDocument.Parse(text).RootElement;
        Assert.Equal(
            ["version", "ok", "errors", "warnings", "sections", "cost"],
            root.EnumerateObject().Select(member => member.Name));
        Assert.False(root.GetProperty("ok").GetBoolean());
        var missing = root.GetProperty("sections").EnumerateArray()
            .Single(section => section.GetProperty("name").GetString() == "Queue").GetProperty("checks")[0];
        Assert.Equal(
            ["id", "status", "subject", "found", "remedy", "docs"],
            missing.EnumerateObject().Select(member => member.Name));
        Assert.Equal("queue.exists", missing.GetProperty("id").GetString());
        Assert.Equal("error", missing.GetProperty("status").GetString());
        Assert.Equal(4320, root.GetProperty("cost").GetProperty("idleCallsPerDay").GetInt64());
        Assert.DoesNotContain(TestKeys.First, text, StringComparison.Ordinal);
        Assert.DoesNotContain("Password", text, StringComparison.OrdinalIgnoreCase);
    }

    private static IComparer<Check> ById { get; } =
        Comparer<Check>.Create((x, y) => string.CompareOrdinal(x.Id, y.Id));

    private async Task<(string Url, string Dead)> CreateQueuesAsync(Dictionary<string, string?> settings) => (
        await estate.CreateQueueAsync(settings["Sqs:QueueName"], []),
        await estate.CreateQueueAsync(settings["Sqs:DeadLetterQueueName"], []));

    private async Task<string> ReceiveAllAsync(string url)
    {
        var reply = await estate.Client.ReceiveMessageAsync(new ReceiveMessageRequest(url)
        {
            MaxNumberOfMessages = 10,
            MessageSystemAttributeNames = ["ApproximateReceiveCount"],
        });
        return string.Join(',', reply.Messages
            .Select(message => $"{message.Body}:{message.Attributes["ApproximateReceiveCount"]}")
            .Order(StringComparer.Ordinal));
    }
}
