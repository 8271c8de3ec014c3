using System.Text.RegularExpressions;
using FetchEtl.Testing;
using Microsoft.Extensions.Time.Testing;

namespace FetchEtl.Service.Tests;

/// <summary>Each fault of a payload bucket is named with its remedy, and no trial touches an object.</summary>
public sealed partial class PayloadSectionTests
{
    private const string Bucket = "login-payloads";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData("404 NoSuchBucket", "no such bucket", "create it, or correct Sqs:PayloadBuckets")]
    [InlineData("403 InvalidAccessKeyId", "S3 refused (InvalidAccessKeyId)", "correct the AWS credentials")]
    [InlineData("400 ExpiredToken", "S3 refused (ExpiredToken)", "renew the AWS credentials")]
    [InlineData("307 TemporaryRedirect", "it is in another region than us-east-1", "correct AWS:Region")]
    [InlineData("400 AuthorizationHeaderMalformed", "it is in another region than us-east-1", "correct AWS:Region")]
    [InlineData("503 SlowDown", "S3 throttles or fails (SlowDown)", "run doctor again")]
    [InlineData("405 MethodNotAllowed", "S3 refused (MethodNotAllowed)", "S3's documentation")]
    [InlineData("200 Page", "an object was returned that cannot exist", "check AWS:ServiceURL")]
    public async Task A_bucket_that_cannot_be_used_is_named_and_its_rights_are_not_tried(
        string fault, string found, string remedy)
    {
        await using var s3 = await StartAsync();
        s3.Fault = _ => fault;

        var findings = await RunAsync(s3.Url);

        Assert.Equal(
            [CheckStatus.Error, CheckStatus.Skipped, CheckStatus.Skipped], findings.Select(finding => finding.Status));
        Assert.StartsWith($"{Bucket}: {found}", findings[0].Found);
        Assert.Contains(remedy, findings[0].Remedy);
        AssertIsHarmless(s3, findings);
    }

    [Fact]
    public async Task A_bucket_that_does_not_exist_is_named_and_hides_no_other()
    {
        await using var s3 = await StartAsync();

        var findings = await RunAsync(s3.Url, new() { ["Sqs:PayloadBuckets:1"] = "other-bucket" });

        Assert.Equal(6, findings.Count);
        Assert.All(findings.Take(3), finding => Assert.Equal(CheckStatus.Ok, finding.Status));
        Assert.Equal("other-bucket: no such bucket", findings[3].Found);
        AssertIsHarmless(s3, findings);
    }

    [Fact]
    public async Task The_region_of_a_bucket_is_named_where_S3_redirects()
    {
        await using var s3 = await StartAsync();
        s3.Region = "us-east-1";
        var near = await RunAsync(s3.Url);
        s3.Region = "eu-west-1";
        var far = await RunAsync(s3.Url);

        Assert.Equal($"{Bucket} exists in us-east-1", near[0].Found);
        Assert.Equal($"{Bucket}: it is in eu-west-1, and the requests go to us-east-1", far[0].Found);
        Assert.Equal(CheckStatus.Error, far[0].Status);
        AssertIsHarmless(s3, far);
    }

    [Fact]
    public void A_bucket_in_another_region_that_the_SDK_finds_by_itself_is_a_warning()
    {
        var aws = new SqsEndpoint(Url: null, "eu-central-1");
        var emulator = new SqsEndpoint(new Uri("http://127.0.0.1:4566"), "eu-central-1");

        var far = PayloadRules.JudgeBucket(Bucket, "eu-west-1", aws);

        Assert.Equal(CheckStatus.Warning, far.Status);
        Assert.Contains("is in eu-west-1, and the service works in eu-central-1", far.Found);
        Assert.Equal(CheckStatus.Ok, PayloadRules.JudgeBucket(Bucket, "eu-central-1", aws).Status);
        Assert.Equal(CheckStatus.Ok, PayloadRules.JudgeBucket(Bucket, "us-east-1", emulator).Status);
    }

    [Theory]
    [InlineData(true, "the caller lacks s3:GetObject")]
    [InlineData(false, "s3:ListBucket is refused")]
    public async Task A_refused_read_is_told_from_a_refused_list_only_where_the_bucket_may_be_listed(
        bool mayList, string found)
    {
        await using var s3 = await StartAsync();
        s3.Fault = request => request.StartsWith("HEAD", StringComparison.Ordinal)
            ? mayList ? null : "403 AccessDenied"
            : IsOfObject(request) ? "403 AccessDenied" : null;

        var findings = await RunAsync(s3.Url);

        Assert.Equal(CheckStatus.Ok, findings[0].Status);
        Assert.Equal((Checks.PayloadRead, CheckStatus.Warning), (findings[1].Check, findings[1].Status));
        Assert.Contains(found, findings[1].Found);
        Assert.Contains($"s3:GetObject on arn:aws:s3:::{Bucket}/*", findings[1].Remedy);
        Assert.Equal(!mayList, findings[1].Remedy!.Contains($"s3:ListBucket on arn:aws:s3:::{Bucket} "));
        Assert.Equal((Checks.PayloadDelete, CheckStatus.Warning), (findings[2].Check, findings[2].Status));
        Assert.Contains($"grant s3:DeleteObject on arn:aws:s3:::{Bucket}/*", findings[2].Remedy);
        AssertIsHarmless(s3, findings);
    }

    [Theory]
    [InlineData(null, null, nameof(CheckStatus.Ok), "not refused", true)]
    [InlineData("Enabled", null, nameof(CheckStatus.Warning), "a deleted payload stays there as a version", false)]
    [InlineData("Suspended", null, nameof(CheckStatus.Skipped), "would leave a delete marker", false)]
    [InlineData(null, "403 AccessDenied", nameof(CheckStatus.Skipped), "only s3:GetBucketVersioning on arn:aws", false)]
    [InlineData(null, "501 NotImplemented", nameof(CheckStatus.Skipped), "only s3:GetBucketVersioning on", false)]
    public async Task A_delete_is_tried_only_where_the_bucket_is_known_to_keep_no_versions(
        string? versioning, string? fault, string status, string found, bool isTried)
    {
        await using var s3 = await StartAsync();
        s3.Create(Bucket, versioning);
        s3.Fault = request => request.EndsWith("?versioning", StringComparison.Ordinal) ? fault : null;

        var findings = await RunAsync(s3.Url);

        Assert.Equal((Checks.PayloadDelete, status), (findings[2].Check, $"{findings[2].Status}"));
        Assert.Contains(found, findings[2].Found);
        Assert.Equal(
            isTried, s3.Requests.Any(request => request.StartsWith("DELETE", StringComparison.Ordinal)));
        AssertIsHarmless(s3, findings);
    }

    [Fact]
    public async Task Without_deletes_none_is_tried_and_without_buckets_S3_is_not_asked()
    {
        await using var s3 = await StartAsync();

        var none = await RunAsync(s3.Url, new()
        {
            ["Sqs:PayloadBuckets:0"] = null,
            ["Sqs:DeletePayloads"] = null,
        });
        Assert.Empty(s3.Requests);
        var reads = await RunAsync(s3.Url, new() { ["Sqs:DeletePayloads"] = "false" });

        Assert.Equal((Checks.PayloadBucket, CheckStatus.Ok), (Assert.Single(none).Check, none[0].Status));
        Assert.Equal([Checks.PayloadBucket, Checks.PayloadRead], reads.Select(finding => finding.Check));
        Assert.Equal(["GET", "HEAD"], s3.Requests.Select(request => request.Split(' ')[0]));
    }

    [Fact]
    public async Task An_S3_that_does_not_listen_or_not_answer_ends_with_the_limit()
    {
        var away = await RunAsync(new Uri("http://127.0.0.1:1"));
        await using var s3 = await StartAsync();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        s3.Fault = _ =>
        {
            asked.TrySetResult();
            return "hang";
        };
        var time = new FakeTimeProvider();
        var slow = RunAsync(s3.Url, time: time);
        await asked.Task;
        time.Advance(Limit);

        Assert.Equal(
            [$"{Bucket}: S3 cannot be reached", $"{Bucket}: S3 cannot be reached: no answer within 10 s"],
            [away[0].Found, (await slow)[0].Found]);
        Assert.Contains("AWS_ENDPOINT_URL_S3", away[0].Remedy);
    }

    private static async Task<TestS3> StartAsync()
    {
        var s3 = await TestS3.StartAsync();
        s3.Put($"{Bucket}/canary-key", "canary");
        return s3;
    }

    private static async Task<IReadOnlyList<Finding>> RunAsync(
        Uri url, Dictionary<string, string?>? changes = null, TimeProvider? time = null)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Sqs:ServiceUrl"] = "http://127.0.0.1:1",
            ["Sqs:PayloadBuckets:0"] = Bucket,
            ["Sqs:DeletePayloads"] = "true",
            ["AWS:ServiceURL"] = $"{url}",
            ["AWS:MaxErrorRetry"] = "0",
        };
        foreach (var (key, value) in changes ?? [])
        {
            if (value is null)
            {
                settings.Remove(key);
            }
            else
            {
                settings[key] = value;
            }
        }

        using var host = new DoctorHost([], settings);
        var limit = new CallLimit(time ?? TimeProvider.System, time is null ? TimeSpan.FromMinutes(1) : Limit);
        await using var context = new DoctorContext(host, TimeProvider.System, limit);
        await new SettingsSection().RunAsync(context, CancellationToken.None);
        return await new PayloadSection().RunAsync(context, CancellationToken.None);
    }

    private static bool IsOfObject(string request) => request.Contains("/fetch-etl-doctor/", StringComparison.Ordinal);

    /// <summary>The objects stay, only random keys are asked for, and no finding quotes one.</summary>
    private static void AssertIsHarmless(TestS3 s3, IReadOnlyList<Finding> findings)
    {
        Assert.Equal([$"{Bucket}/canary-key"], s3.Objects.Keys);
        Assert.All(s3.Requests, request => Assert.Matches(Harmless(), request));
        Assert.All(findings, finding =>
        {
            Assert.DoesNotContain("fetch-etl-doctor", finding.Found + finding.Remedy);
            Assert.DoesNotContain("canary", finding.Found + finding.Remedy);
        });
    }

    [GeneratedRegex(
        @"^((GET|DELETE) /[a-z-]+/fetch-etl-doctor/[0-9a-f-]{36}|HEAD /[a-z-]+|GET /[a-z-]+\?versioning)$",
        RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex Harmless();
}
