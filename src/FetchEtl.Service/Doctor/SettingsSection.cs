using System.Text.RegularExpressions;
using Amazon.Runtime;
using FetchEtl.Logins;
using FetchEtl.Sqs;

namespace FetchEtl.Service;

/// <summary>All problems of all settings, and the client of SQS that they configure.</summary>
internal sealed partial class SettingsSection : IDoctorSection
{
    public string Name => "Settings";

    public Task<IReadOnlyList<Finding>> RunAsync(DoctorContext context, CancellationToken cancellationToken)
    {
        var misspelled = Misspelled(context.Host);
        List<Finding> findings = [.. Of(Checks.Sections, misspelled, "no section is misspelled")];
        findings.AddRange(Of(Checks.Service, context.Host.Read<ServiceSettings>().Problems));
        var (sqs, problems) = context.Host.ReadSqs();
        context.Sqs = sqs;
        findings.AddRange(Of(Checks.Sqs, problems));
        var logins = context.Host.Read<LoginsOptions>().Problems.Except(misspelled).ToList();
        findings.AddRange(Of(Checks.Database, [.. logins.Where(problem => !IsOfMasking(problem))]));
        findings.AddRange(Of(Checks.Masking, [.. logins.Where(IsOfMasking)]));
        findings.AddRange(sqs is null ? NoClient(context) : CreateClient(context));
        return Task.FromResult<IReadOnlyList<Finding>>(findings);
    }

    /// <summary>The validators write problem and remedy around a colon.</summary>
    internal static Finding Of(Check check, string problem)
    {
        var text = problem.TrimEnd('.');
        var colon = text.IndexOf(": ", StringComparison.Ordinal);
        return colon < 0
            ? check.Fail(text, "correct the setting")
            : check.Fail(text[..colon], text[(colon + 2)..]);
    }

    private static bool IsOfMasking(string problem) => problem.StartsWith("Masking", StringComparison.Ordinal);

    private static IEnumerable<Finding> Of(
        Check check, IReadOnlyList<string> problems, string well = "valid") => problems.Count == 0
        ? [check.Ok(well)]
        : problems.Select(problem => Of(check, problem));

    private static IReadOnlyList<string> Misspelled(DoctorHost host)
    {
        try
        {
            SettingsSections.Check(host.Configuration);
            return [];
        }
        catch (UsageException usage)
        {
            return usage.Problems;
        }
    }

    private static IEnumerable<Finding> NoClient(DoctorContext context)
    {
        context.NoSqs = "the settings of Sqs or AWS are invalid";
        return [Checks.Client.Skip(context.NoSqs), Checks.SqsTls.Skip(context.NoSqs)];
    }

    private static IEnumerable<Finding> CreateClient(DoctorContext context)
    {
        try
        {
            context.Client = (AmazonServiceClient)context.Host.CreateClient();
        }
        catch (Exception exception) when (exception is SqsSettingsException or AmazonClientException
            || SqsErrors.IsProfileFailure(exception))
        {
            context.NoSqs = "there is no SQS client";
            var text = exception is SqsSettingsException ? exception.Message : SqsErrors.Describe(exception);
            var problem = text.Replace("The SQS client cannot be created: ", string.Empty, StringComparison.Ordinal);
            return [Of(Checks.Client, OptionName().Replace(problem, "Sqs:$0")), Checks.SqsTls.Skip(context.NoSqs)];
        }

        context.Client.AfterResponseEvent += (_, reply) =>
        {
            if (ReplyDate.Of(reply) is { } date)
            {
                context.SqsClock = new ClockReading(date, context.Time.GetUtcNow());
            }
        };
        var endpoint = SqsEndpoint.Of(context.Client.Config);
        return
        [
            Checks.Client.Ok(endpoint.Description),
            endpoint.IsPlain
                ? Checks.SqsTls.Warn(
                    "requests leave this machine unencrypted: bodies hold personal data in the clear",
                    "give Sqs:ServiceUrl an https URL, and set Sqs:RequireTls")
                : Checks.SqsTls.Ok(endpoint.IsLoopback ? "not needed on this machine" : "https"),
        ];
    }

    /// <summary>The client's options are settings of the section Sqs here.</summary>
    [GeneratedRegex(
        @"(?<![\w:])(Region|ServiceUrl|RequireTls|Protocol)(?=[ ,.]|$)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex OptionName();
}
