using System.Text.Json;
using FetchEtl.Maintenance;
using FetchEtl.Testing;

namespace FetchEtl.Service.Tests;

/// <summary>The lake holds what the table holds, after every kind of change and after every kind of end.</summary>
public sealed class ExportTests : IAsyncLifetime
{
    private readonly ExportEstate _estate = new();

    public Task InitializeAsync() => _estate.InitializeAsync();

    public Task DisposeAsync() => _estate.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task DuckDB_reads_the_rows_that_PostgreSQL_has_from_a_plain_and_a_partitioned_table(bool isPartitioned)
    {
        if (isPartitioned)
        {
            await _estate.PartitionAsync();
        }

        var rows = TestRows.Or(3000);
        await _estate.FillAsync(rows);

        var run = await _estate.ExportAsync("--to", _estate.Lake, "--json");

        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        var summary = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal(rows, summary.GetProperty("rowsWritten").GetInt64());
        Assert.Equal(await _estate.RowsAsync(), ExportEstate.RowsOf(_estate.Lake));
    }

    [Fact]
    public async Task A_rerun_writes_nothing_and_another_lake_of_the_same_rows_is_equal_byte_for_byte()
    {
        await _estate.FillAsync(2000);
        await _estate.ExportAsync("--to", _estate.Lake);
        var files = ExportEstate.Files(_estate.Lake);
        var written = Directory.GetFiles(_estate.Lake, "*.*", SearchOption.AllDirectories)
            .ToDictionary(x => x, File.GetLastWriteTimeUtc);

        var rerun = await _estate.ExportAsync("--to", _estate.Lake);

        // The other order of the rows in the table changes nothing.
        await _estate.ExecuteAsync(
            "CREATE TABLE copy AS TABLE user_logins; TRUNCATE user_logins; "
            + "INSERT INTO user_logins SELECT * FROM copy ORDER BY md5(message_id::text)");
        await _estate.ExportAsync("--to", $"{_estate.Lake}-2");
        Assert.StartsWith("6 days compared, nothing changed.", rerun.Output);
        Assert.All(written, file => Assert.Equal(file.Value, File.GetLastWriteTimeUtc(file.Key)));
        Assert.Equal(files, ExportEstate.Files(_estate.Lake));
        Assert.Equal(files, ExportEstate.Files($"{_estate.Lake}-2"));
    }

    [Theory]
    [InlineData("INSERT INTO user_logins (user_id, device_type, create_date) VALUES ('u', 'ios', '2026-11-02')", 1, 0)]
    [InlineData("UPDATE user_logins SET masked_ip = '2' || masked_ip WHERE create_date = '2026-11-03'", 1, 0)]
    [InlineData("DELETE FROM user_logins WHERE message_id = md5('m1')::uuid", 1, 0)]
    [InlineData("DELETE FROM user_logins WHERE device_type = 'ios' AND create_date = '2026-11-01'", 1, 0)]
    [InlineData("DELETE FROM user_logins WHERE create_date >= '2026-11-04'", 1, 2)]
    [InlineData("DELETE FROM user_logins WHERE create_date IS NULL", 1, 0)]
    public async Task A_late_row_a_rekeyed_mask_an_erased_row_and_a_dropped_day_change_their_days_only(
        string change, int written, int removed)
    {
        await _estate.FillAsync(1000);
        await _estate.ExportAsync("--to", _estate.Lake);
        await _estate.ExecuteAsync(change);

        var run = await _estate.ExportAsync("--to", _estate.Lake, "--json");

        var summary = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal(written, summary.GetProperty("daysWritten").GetInt32());
        Assert.Equal(removed, summary.GetProperty("daysRemoved").GetInt32());
        Assert.Equal(await _estate.RowsAsync(), ExportEstate.RowsOf(_estate.Lake));
        await _estate.ExportAsync("--to", $"{_estate.Lake}-2");
        Assert.Equal(ExportEstate.Files($"{_estate.Lake}-2"), ExportEstate.Files(_estate.Lake));
    }

    [Fact]
    public async Task The_query_of_the_page_for_DuckDB_runs()
    {
        await _estate.FillAsync(500);
        await _estate.ExportAsync("--to", _estate.Lake);
        var page = File.ReadAllText(Path.Combine(RepositoryRoot.Folder, "docs", "lake.md"));
        var query = page.Split("## DuckDB")[1].Split("```text")[1].Split("```")[0];

        var rows = ExportEstate.Query(query.Replace("'lake/", $"'{_estate.Lake}/", StringComparison.Ordinal));

        // Five days of ios, android, two odd ones, and three that Hive takes for no value.
        Assert.Equal(25, rows.Count);
    }

    [Fact]
    public async Task Days_outside_since_and_until_stay_as_they_are()
    {
        await _estate.FillAsync(500);
        await _estate.ExportAsync("--to", _estate.Lake);
        var before = ExportEstate.Files(_estate.Lake);
        await _estate.ExecuteAsync("DELETE FROM user_logins WHERE create_date <= '2026-11-03' OR create_date IS NULL");

        var run = await _estate.ExportAsync("--to", _estate.Lake, "--since", "2026-11-03", "--until", "2026-11-04");

        Assert.StartsWith("2 days compared, 0 written, 1 removed", run.Output);
        var gone = before.Keys.Except(ExportEstate.Files(_estate.Lake).Keys).ToList();
        Assert.NotEmpty(gone);
        Assert.All(gone, file => Assert.Contains("create_date=2026-11-03", file));
    }

    [Fact]
    public async Task Where_it_ends_at_any_call_the_next_run_makes_the_lake_whole_even_if_rows_were_erased_meanwhile()
    {
        await _estate.FillAsync(30);
        await using (var expected = new DirectoryLakeStore($"{_estate.Lake}-expected"))
        {
            await _estate.ExportAsync(expected);
        }

        var calls = 0;
        for (var isEnded = true; isEnded; calls++)
        {
            var lake = $"{_estate.Lake}-{calls}";
            Copy($"{_estate.Lake}-expected", lake);

            // Late rows and a day of their own arrive, an export of them ends at a call, and they are erased.
            await _estate.ExecuteAsync(
                """
                INSERT INTO user_logins (user_id, device_type, create_date)
                VALUES ('late', 'ios', '2026-11-02'), ('late', 'ios', '2026-11-20'), ('late', 'tv', '2026-11-02')
                """);
            await using (var ending = new EndingStore(new DirectoryLakeStore(lake), calls))
            {
                isEnded = await Record.ExceptionAsync(() => _estate.ExportAsync(ending)) is not null;
            }

            Assert.NotEmpty(ExportEstate.RowsOf(lake));
            await _estate.ExecuteAsync("DELETE FROM user_logins WHERE user_id = 'late'");
            await using (var again = new DirectoryLakeStore(lake))
            {
                await _estate.ExportAsync(again);
            }

            Assert.Equal(ExportEstate.Files($"{_estate.Lake}-expected"), ExportEstate.Files(lake));
            Assert.Equal(["lock"], Directory.GetFiles(Path.Combine(lake, "_tmp")).Select(Path.GetFileName));
        }

        Assert.InRange(calls, 8, 40);

        static void Copy(string from, string to)
        {
            foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
            {
                var copy = Path.Combine(to, Path.GetRelativePath(from, file));
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(file, copy);
            }
        }
    }

    [Trait("Category", "Slow")]
    [PosixFact]
    public async Task Killed_while_it_writes_it_leaves_whole_files_only_and_the_next_run_completes_them()
    {
        await _estate.FillAsync(100_000);
        var settings = new Dictionary<string, string> { ["ConnectionStrings__Logins"] = _estate.ConnectionString };
        foreach (var files in (int[])[1, 9])
        {
            await using var run = FetchEtlProcess.Start(settings, "export", "--to", _estate.Lake);
            while (!run.HasExited && Parquet().Count < files)
            {
                await Task.Delay(2);
            }

            await run.SignalAsync(ProcessSignal.Kill);
            await run.WaitAsync();
            Assert.Equal(137, run.ExitCode);
            Assert.All(Parquet(), file => Assert.NotEmpty(ExportEstate.Query(
                $"SELECT count(*) FROM read_parquet('{file}', hive_partitioning = false)")));
        }

        var last = await _estate.ExportAsync("--to", _estate.Lake);

        Assert.Equal((0, ""), (last.ExitCode, last.Errors));
        Assert.Equal(await _estate.RowsAsync(), ExportEstate.RowsOf(_estate.Lake));

        List<string> Parquet() => Directory.Exists(_estate.Lake)
            ? [.. Directory.EnumerateFiles(_estate.Lake, "*.parquet", SearchOption.AllDirectories)]
            : [];
    }

    [Fact]
    public async Task The_manifest_names_the_files_that_count_with_their_hashes()
    {
        await _estate.FillAsync(700);
        await _estate.ExportAsync("--to", _estate.Lake);

        using var manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(_estate.Lake, "_manifest.json")));

        var root = manifest.RootElement;
        Assert.Equal((1, 700), (root.GetProperty("format").GetInt32(), root.GetProperty("rows").GetInt32()));
        Assert.Equal("[1,2]", JsonSerializer.Serialize(root.GetProperty("maskGenerations")));
        var named = root.GetProperty("days").EnumerateArray()
            .SelectMany(day => day.GetProperty("files").EnumerateArray())
            .ToDictionary(x => x.GetProperty("path").GetString()!, x => x.GetProperty("sha256").GetString()!);
        var files = ExportEstate.Files(_estate.Lake);
        Assert.True(files.Remove("_manifest.json"));
        Assert.Equal(
            files.OrderBy(x => x.Key),
            named.Select(x => KeyValuePair.Create(x.Key, x.Value.ToUpperInvariant())).OrderBy(x => x.Key));
    }

    /// <summary>
    /// Ends at a call, alternately before and after it took effect, as a kill does: no later call works.
    /// </summary>
    private sealed class EndingStore(ILakeStore inner, int calls) : ILakeStore
    {
        private int _left = calls;

        public string Name => inner.Name;

        public Task OpenAsync(CancellationToken cancellationToken) => inner.OpenAsync(cancellationToken);

        public Task<IReadOnlyDictionary<string, long>> ListAsync(CancellationToken cancellationToken) =>
            inner.ListAsync(cancellationToken);

        public Task<byte[]?> ReadAsync(string path, CancellationToken cancellationToken) =>
            inner.ReadAsync(path, cancellationToken);

        public Stream CreateTemporary() => inner.CreateTemporary();

        public Task WriteAsync(string path, byte[] content, CancellationToken cancellationToken) =>
            EndAsync(() => inner.WriteAsync(path, content, cancellationToken));

        public Task PublishAsync(Stream temporary, string path, CancellationToken cancellationToken) =>
            EndAsync(() => inner.PublishAsync(temporary, path, cancellationToken));

        public Task DeleteAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken) =>
            EndAsync(() => inner.DeleteAsync(paths, cancellationToken));

        public ValueTask DisposeAsync() => inner.DisposeAsync();

        private async Task EndAsync(Func<Task> call)
        {
            if (_left-- > 0)
            {
                await call();
                return;
            }

            throw new LakeException("ended");
        }
    }
}
