namespace FetchEtl.Service.Tests;

/// <summary>Each planted fault is named, with its remedy, and hides no other section.</summary>
public sealed class DoctorFaultTests(DoctorEstate estate) : IClassFixture<DoctorEstate>
{
    private const int Sections = 9;

    public static TheoryData<string> Names { get; } = [.. DoctorFaults.All.Select(fault => fault.Name)];

    [Fact]
    public void At_least_fifty_faults_are_planted() =>
        Assert.InRange(DoctorFaults.All.Select(fault => fault.Name).Distinct().Count(), 50, 200);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_planted_fault_is_named_with_its_remedy(string name)
    {
        var fault = DoctorFaults.All.Single(x => x.Name == name);
        var report = await PlantAsync(fault);

        var findings = report.Sections.SelectMany(section => section.Findings).ToList();
        var found = findings.Where(finding => finding.Check == fault.Check).ToList();
        Assert.True(
            found.Exists(finding => finding.Status == fault.Status
                && finding.Found.Contains(fault.Found, StringComparison.Ordinal)
                && finding.Remedy?.Contains(fault.Remedy, StringComparison.Ordinal) == true),
            string.Join('\n', found));
        Assert.Equal(Sections, report.Sections.Count);
        Assert.All(report.Sections, section => Assert.NotEmpty(section.Findings));
        Assert.All(
            findings.Where(finding => finding.Status is CheckStatus.Error or CheckStatus.Warning),
            finding => Assert.False(string.IsNullOrWhiteSpace(finding.Remedy)));
        Assert.Equal(report.Errors == 0 ? 0 : 1, report.ExitCode);
        Assert.True(fault.Status == CheckStatus.Error ? report.Errors > 0 : found.Count > 0);
    }

    private async Task<DoctorReport> PlantAsync(DoctorFault fault)
    {
        var settings = estate.Settings();
        foreach (var (key, value) in fault.Settings.Concat(fault.SettingsOf?.Invoke(estate) ?? []))
        {
            settings[key] = value;
        }

        foreach (var key in fault.Without)
        {
            settings.Remove(key);
        }

        await CreateQueuesAsync(fault, settings["Sqs:QueueName"]!, settings["Sqs:DeadLetterQueueName"]!);
        if (fault.Sql is { } sql)
        {
            await estate.ExecuteAsync(sql.Do);
        }

        estate.Sqs.Faults = fault.Plan;
        try
        {
            return await DoctorEstate.RunAsync(settings, fault.Clock);
        }
        finally
        {
            estate.Sqs.Faults = null;
            if (fault.Sql is { } planted)
            {
                await estate.ExecuteAsync(planted.Undo);
            }
        }
    }

    private async Task CreateQueuesAsync(DoctorFault fault, string name, string dead)
    {
        if (fault.Dead is { } ofDead)
        {
            await estate.CreateQueueAsync(dead, ofDead);
        }

        if (fault.Queue is { } ofQueue)
        {
            var attributes = new Dictionary<string, string>(ofQueue);
            if (fault.MaxReceives is { } receives)
            {
                var target = fault.MovesElsewhere ? $"{name}-elsewhere" : dead;
                await estate.CreateQueueAsync(target, []);
                attributes["RedrivePolicy"] = Policy(target, receives);
            }

            await estate.CreateQueueAsync(name, attributes);
        }

        if (fault.GoesRound)
        {
            var url = (await estate.Client.GetQueueUrlAsync(dead)).QueueUrl;
            await estate.Client.SetQueueAttributesAsync(url, new() { ["RedrivePolicy"] = Policy(name, 5) });
        }
    }

    private static string Policy(string target, int receives) =>
        $$"""{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:{{target}}","maxReceiveCount":{{receives}}}""";
}
