using FetchEtl.Maintenance;

namespace FetchEtl.Service.Tests;

/// <summary>Which days and files a run keeps, removes and writes again when the table or the form changed.</summary>
public sealed class ExportDaysTests : IAsyncLifetime
{
    private readonly ExportEstate _estate = new();

    private string Manifest => Path.Combine(_estate.Lake, "_manifest.json");

    public Task InitializeAsync() => _estate.InitializeAsync();

    public Task DisposeAsync() => _estate.DisposeAsync();

    [Fact]
    public async Task A_day_whose_partition_was_dropped_stays_and_one_whose_rows_were_deleted_goes()
    {
        await _estate.PartitionAsync();
        await _estate.FillAsync(100);
        await _estate.ExportAsync("--to", _estate.Lake);
        await _estate.ExecuteAsync(
            "DROP TABLE user_logins_p2026_11_01; ALTER TABLE user_logins DETACH PARTITION user_logins_p2026_11_02; "
            + "DELETE FROM user_logins WHERE create_date = '2026-11-04'");

        var run = await _estate.ExportAsync("--to", _estate.Lake);
        var days = Days();
        var insisted = await _estate.ExportAsync("--to", _estate.Lake, "--drop-days");

        Assert.StartsWith("4 days compared, 0 written, 1 removed", run.Output);
        Assert.Contains("2 days kept that user_logins no longer has partitions for; --drop-days", run.Output);
        Assert.Equal(["2026-11-01", "2026-11-02", "2026-11-03", "2026-11-05", LakeNoDay], days);
        Assert.StartsWith("5 days compared, 0 written, 2 removed", insisted.Output);
        Assert.Equal(await _estate.RowsAsync(), ExportEstate.RowsOf(_estate.Lake));
    }

    [Fact]
    public async Task A_day_whose_partition_is_dropped_after_the_comparison_stays()
    {
        await _estate.PartitionAsync();
        await _estate.FillAsync(100);
        await _estate.ExportAsync("--to", _estate.Lake);
        var before = Days();
        await _estate.ExecuteAsync("UPDATE user_logins SET locale = 'XX' WHERE create_date = '2026-11-02'");
        await using (var store = new DirectoryLakeStore(_estate.Lake))
        {
            var dropping = new DropAtFirstWrite(
                store, () => _estate.ExecuteAsync("DROP TABLE user_logins_p2026_11_02"));
            await _estate.ExportAsync(dropping);
        }

        Assert.Equal(before, Days());
        var next = await _estate.ExportAsync("--to", _estate.Lake);
        Assert.Contains("1 day kept", next.Output);
        Assert.Equal(before, Days());
    }

    [Theory]
    [InlineData("a broken manifest", "--drop-days where user_logins no longer has all days, and removes those")]
    [InlineData("no manifest", "no longer has rows of 1 of its days, such as 2026-11-01")]
    [InlineData("another form", "no longer has rows of 1 of its days, such as 2026-11-01")]
    public async Task A_run_that_writes_everything_removes_no_day_unless_somebody_insists(string reason, string problem)
    {
        await _estate.FillAsync(100);
        await _estate.ExportAsync("--to", _estate.Lake);
        await _estate.ExecuteAsync("DELETE FROM user_logins WHERE create_date = '2026-11-01'");
        string[] line = ["--to", _estate.Lake, reason == "another form" ? "--AppVersion:Encoding=Digits" : "--json"];
        if (reason == "a broken manifest")
        {
            await File.WriteAllTextAsync(Manifest, "{");
        }
        else if (reason == "no manifest")
        {
            File.Delete(Manifest);
        }

        var refused = await _estate.ExportAsync(line);
        var days = Days();
        File.Delete(Manifest);
        var insisted = await _estate.ExportAsync([.. line, "--drop-days"]);

        Assert.Equal((1, 0), (refused.ExitCode, insisted.ExitCode));
        Assert.Contains(problem, refused.Errors);
        Assert.Contains("2026-11-01", days);
        Assert.Equal(await _estate.RowsAsync(), ExportEstate.RowsOf(_estate.Lake));
    }

    [Fact]
    public void The_line_to_run_again_has_the_limits_of_the_stopped_run()
    {
        var plan = new LakeExportPlan
        {
            Since = new DateOnly(2026, 11, 2),
            Until = new DateOnly(2026, 11, 3),
            AllowsEmpty = true,
            DropsDays = true,
        };

        Assert.Equal("fetch-etl export --to lake", ExportCommand.Line("lake", new LakeExportPlan()));
        Assert.Equal(
            "fetch-etl export --to lake --since 2026-11-02 --until 2026-11-03 --allow-empty --drop-days",
            ExportCommand.Line("lake", plan));
    }

    [Fact]
    public async Task A_run_that_was_stopped_after_a_change_of_form_writes_the_other_files_next_time()
    {
        await _estate.FillAsync(100);
        await _estate.ExportAsync("--to", _estate.Lake, "--AppVersion:Encoding=Digits");
        await using (var store = new DirectoryLakeStore(_estate.Lake))
        {
            using var stop = new CancellationTokenSource();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(
                () => _estate.ExportAsync(store, new StopAtFirstDay(stop), stop.Token));
        }

        Assert.Contains("\"appVersionEncoding\": \"Ordered\"", await File.ReadAllTextAsync(Manifest));
        var next = await _estate.ExportAsync("--to", _estate.Lake);
        var last = await _estate.ExportAsync("--to", _estate.Lake);

        Assert.StartsWith("6 days compared, 5 written, 0 removed", next.Output);
        Assert.StartsWith("6 days compared, nothing changed.", last.Output);
    }

    [Fact]
    public async Task A_damaged_list_of_announced_files_makes_the_next_run_write_all()
    {
        await _estate.FillAsync(100);
        await _estate.ExportAsync("--to", _estate.Lake);
        var pending = Path.Combine(_estate.Lake, "_tmp", "pending.json");
        await File.WriteAllTextAsync(pending, "[");

        var next = await _estate.ExportAsync("--to", _estate.Lake);

        Assert.StartsWith("6 days compared, 6 written, 0 removed", next.Output);
        Assert.False(File.Exists(pending));
    }

    [Theory]
    [InlineData('\ufffe', "%EF%BF%BE")]
    [InlineData('\uffff', "%EF%BF%BF")]
    public async Task Characters_that_XML_does_not_have_are_escaped_in_paths(char character, string escaped)
    {
        await _estate.ExecuteAsync(
            $"INSERT INTO user_logins (user_id, device_type, create_date) "
            + $"VALUES ('u', 'a' || U&'\\{(int)character:X4}', '2026-11-01')");

        await _estate.ExportAsync("--to", _estate.Lake);

        Assert.True(Directory.Exists(Path.Combine(_estate.Lake, $"device_type=a{escaped}")));
        Assert.Equal(await _estate.RowsAsync(), ExportEstate.RowsOf(_estate.Lake));
    }

    private const string LakeNoDay = "__HIVE_DEFAULT_PARTITION__";

    /// <summary>The days of the folders, in order.</summary>
    private List<string> Days() =>
    [
        .. Directory.EnumerateDirectories(_estate.Lake, "create_date=*", SearchOption.AllDirectories)
            .Select(folder => Path.GetFileName(folder)["create_date=".Length..]).Distinct()
            .Order(StringComparer.Ordinal),
    ];

    private sealed class DropAtFirstWrite(ILakeStore inner, Func<Task> drop) : ILakeStore
    {
        private bool _isDropped;

        public string Name => inner.Name;

        public Task OpenAsync(CancellationToken cancellationToken) => inner.OpenAsync(cancellationToken);

        public Task<IReadOnlyDictionary<string, long>> ListAsync(CancellationToken cancellationToken) =>
            inner.ListAsync(cancellationToken);

        public Task<byte[]?> ReadAsync(string path, CancellationToken cancellationToken) =>
            inner.ReadAsync(path, cancellationToken);

        public Stream CreateTemporary() => inner.CreateTemporary();

        public async Task WriteAsync(string path, byte[] content, CancellationToken cancellationToken)
        {
            if (!_isDropped)
            {
                _isDropped = true;
                await drop();
            }

            await inner.WriteAsync(path, content, cancellationToken);
        }

        public Task PublishAsync(Stream temporary, string path, CancellationToken cancellationToken) =>
            inner.PublishAsync(temporary, path, cancellationToken);

        public Task DeleteAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken) =>
            inner.DeleteAsync(paths, cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    private sealed class StopAtFirstDay(CancellationTokenSource stop) : IProgress<LakeExportProgress>
    {
        public void Report(LakeExportProgress value)
        {
            if (value is { Stage: "writing", Done: > 0 })
            {
                stop.Cancel();
            }
        }
    }
}
