using System.Security.Cryptography;
using FetchEtl.Maintenance;
using FetchEtl.Testing;
using Microsoft.Extensions.Configuration;

namespace FetchEtl.Service.Tests;

/// <summary>A lake in S3 is the lake of a folder, and S3's failures are named with the remedy.</summary>
public sealed class ExportToS3Tests : IAsyncLifetime
{
    private const string Bucket = "lake-bucket";

    private readonly ExportEstate _estate = new();
    private TestS3 _s3 = null!;

    public async Task InitializeAsync()
    {
        await _estate.InitializeAsync();
        _s3 = await TestS3.StartAsync();
        _s3.Create(Bucket);
    }

    public async Task DisposeAsync()
    {
        await _s3.DisposeAsync();
        await _estate.DisposeAsync();
    }

    [Fact]
    public async Task Objects_equal_the_files_of_a_folder_and_uploads_of_a_killed_run_are_ended()
    {
        await _estate.FillAsync(400);
        await _estate.ExportAsync("--to", _estate.Lake);
        _s3.Abandon($"{Bucket}/logins/device_type=ios/create_date=2026-11-01/part-0.parquet");

        var first = await ExportAsync();

        Assert.Equal((0, ""), (first.ExitCode, first.Errors));
        Assert.Empty(_s3.Uploads);
        Assert.Equal(ExportEstate.Files(_estate.Lake), Objects());
    }

    [Fact]
    public async Task A_rerun_writes_a_changed_day_and_removes_a_deleted_one_also_with_pages_and_a_lost_reply()
    {
        await _estate.FillAsync(400);
        await ExportAsync();
        await _estate.ExecuteAsync(
            "DELETE FROM user_logins WHERE create_date = '2026-11-02'; "
            + "UPDATE user_logins SET locale = 'XX' WHERE create_date = '2026-11-04'");
        var losses = 1;
        _s3.Fault = request => request == $"PUT /{Bucket}/logins/{LakeExport.ManifestPath}" && losses-- > 0
            ? "lost"
            : null;

        var rerun = await ExportAsync();
        var again = await ExportAsync();

        Assert.Equal((0, ""), (rerun.ExitCode, rerun.Errors));
        Assert.True(losses < 1);
        Assert.StartsWith("6 days compared, 1 written, 1 removed", rerun.Output);
        Assert.StartsWith("5 days compared, nothing changed.", again.Output);
        await _estate.ExportAsync("--to", _estate.Lake);
        Assert.Equal(ExportEstate.Files(_estate.Lake), Objects());
        Assert.Contains(
            _s3.Deletes, keys => keys.Length > 1 && keys.All(key => key.Contains("create_date=2026-11-02")));
    }

    [Fact]
    public async Task Tags_that_look_like_an_MD5_and_are_none_are_named_as_such()
    {
        await _estate.FillAsync(10);
        await ExportAsync();
        _s3.HasPlainTags = true;

        var rerun = await ExportAsync();

        Assert.Equal(1, rerun.ExitCode);
        Assert.Contains("a reply was damaged, or the endpoint's ETags are no MD5", rerun.Errors);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("404 NoSuchUpload")]
    [InlineData("501 NotImplemented")]
    public async Task However_the_end_of_left_uploads_fares_the_export_runs(string? fault)
    {
        await _estate.FillAsync(10);
        for (var left = 0; left < 10; left++)
        {
            _s3.Abandon($"{Bucket}/logins/device_type=d{left}/create_date=2026-11-01/part-0.parquet");
        }

        _s3.Fault = request => request.StartsWith("DELETE", StringComparison.Ordinal)
            && request.EndsWith("?uploadId", StringComparison.Ordinal) ? fault : null;

        var run = await ExportAsync();

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(fault is null, _s3.Uploads.Count == 0);
        Assert.Equal(
            fault == "501 NotImplemented", run.Errors.Contains("uploads that a killed export left cannot be ended"));
    }

    [Fact]
    public async Task Throttling_passes_and_other_failures_are_named_with_the_remedy()
    {
        await _estate.FillAsync(50);

        var calls = 2;
        _s3.Fault = _ => Interlocked.Decrement(ref calls) >= 0 ? "503 SlowDown" : null;
        var throttled = await ExportAsync();
        _s3.Fault = _ => "403 AccessDenied";
        var denied = await ExportAsync();
        _s3.Fault = _ => null;
        var missing = await ExportAsync("s3://other-bucket/logins");

        Assert.Equal(0, throttled.ExitCode);
        Assert.Contains("AccessDenied): grant s3:", denied.Errors);
        Assert.Contains("NoSuchBucket): create the bucket", missing.Errors);
        Assert.Equal((1, 1), (denied.ExitCode, missing.ExitCode));
    }

    [Fact]
    public async Task A_large_file_is_uploaded_in_parts_and_a_manifest_of_another_run_is_not_replaced()
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["AWS:ServiceURL"] = $"{_s3.Url}" }).Build();
        await using var store = S3LakeStore.Create($"s3://{Bucket}/x", configuration, static _ => null);
        await using var large = store.CreateTemporary();
        var bytes = RandomNumberGenerator.GetBytes(17 << 20);
        await large.WriteAsync(bytes);

        await store.PublishAsync(large, "device_type=a/create_date=b/part-0.parquet", CancellationToken.None);
        await store.WriteAsync(LakeExport.ManifestPath, [1], CancellationToken.None);
        _s3.Objects[$"{Bucket}/x/{LakeExport.ManifestPath}"] = [2];
        var problem = await Assert.ThrowsAsync<LakeException>(
            () => store.WriteAsync(LakeExport.ManifestPath, [3], CancellationToken.None));

        Assert.Equal(bytes, _s3.Objects[$"{Bucket}/x/device_type=a/create_date=b/part-0.parquet"]);
        Assert.Contains("another export wrote the manifest meanwhile", problem.Message);
        Assert.Equal([2], _s3.Objects[$"{Bucket}/x/{LakeExport.ManifestPath}"]);
    }

    private Task<ConsoleCapture> ExportAsync(string to = $"s3://{Bucket}/logins") =>
        _estate.ExportAsync("--to", to, $"--AWS:ServiceURL={_s3.Url}");

    private Dictionary<string, string> Objects() => _s3.Objects.ToDictionary(
        x => x.Key[$"{Bucket}/logins/".Length..], x => Convert.ToHexString(SHA256.HashData(x.Value)));
}
