using FetchEtl.Maintenance;

namespace FetchEtl.Service.Tests;

/// <summary>What the export refuses, with the remedy.</summary>
public sealed class ExportRefusalTests : IAsyncLifetime
{
    private readonly ExportEstate _estate = new();

    public Task InitializeAsync() => _estate.InitializeAsync();

    public Task DisposeAsync() => _estate.DisposeAsync();

    [Theory]
    [InlineData("--to=s3://", "--to must be a folder, or s3://bucket/prefix.")]
    [InlineData("--to=gs://bucket", "--to must be a folder, or s3://bucket/prefix.")]
    [InlineData("--to=x --since 2026-11-02 --until 2026-11-01", "--since must not be after --until.")]
    [InlineData("--to=x --since tomorrow", "--since")]
    public async Task A_command_line_that_cannot_be_run_is_refused(string line, string problem)
    {
        var run = await _estate.ExportAsync(line.Split(' '));

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(problem, run.Errors);
    }

    [Fact]
    public async Task A_table_without_rows_does_not_empty_a_lake_unless_somebody_insists()
    {
        await _estate.FillAsync(100);
        await _estate.ExportAsync("--to", _estate.Lake);
        await _estate.ExecuteAsync("TRUNCATE user_logins");
        var manifest = Path.Combine(_estate.Lake, "_manifest.json");

        var refused = await _estate.ExportAsync("--to", _estate.Lake);

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("add --allow-empty", refused.Errors);
        File.Move(manifest, $"{manifest}-former");
        var withoutManifest = await _estate.ExportAsync("--to", _estate.Lake);
        Assert.Equal(1, withoutManifest.ExitCode);
        Assert.Contains("add --allow-empty", withoutManifest.Errors);
        Assert.NotEmpty(ExportEstate.RowsOf(_estate.Lake));
        File.Move($"{manifest}-former", manifest);
        var emptied = await _estate.ExportAsync("--to", _estate.Lake, "--allow-empty");
        Assert.Contains("0 written, 6 removed", emptied.Output);
        Assert.Equal(["_manifest.json"], ExportEstate.Files(_estate.Lake).Keys);
    }

    [Fact]
    public async Task Two_exports_to_one_place_are_refused_by_the_folder_and_by_the_database()
    {
        await _estate.FillAsync(100);
        await using var other = new DirectoryLakeStore(_estate.Lake);
        await other.OpenAsync(CancellationToken.None);

        var byFolder = await _estate.ExportAsync("--to", _estate.Lake);
        await other.DisposeAsync();
        await using var database = DatabaseSetting.Open(_estate.ConnectionString);
        await using var held = await database.BeginTransactionAsync();
        await using var command = new Npgsql.NpgsqlCommand(
            $"SELECT pg_advisory_xact_lock(hashtextextended('fetch-etl export {_estate.Lake}' COLLATE \"C\", 0))",
            database.Connection);
        await command.ExecuteNonQueryAsync();
        var byDatabase = await _estate.ExportAsync("--to", _estate.Lake);
        await held.RollbackAsync();
        var free = await _estate.ExportAsync("--to", _estate.Lake);

        Assert.All([byFolder, byDatabase], run =>
        {
            Assert.Equal(1, run.ExitCode);
            Assert.Contains($"another export writes to {_estate.Lake}", run.Errors);
        });
        Assert.Equal(0, free.ExitCode);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_named_with_the_remedy()
    {
        await _estate.FillAsync(10);
        await File.WriteAllTextAsync(_estate.Lake, "a file");

        var run = await _estate.ExportAsync("--to", Path.Combine(_estate.Lake, "below"));
        var file = await _estate.ExportAsync("--to", _estate.Lake);

        Assert.Equal((1, 1), (run.ExitCode, file.ExitCode));
        Assert.Contains("cannot be written", run.Errors);
        Assert.DoesNotContain("   at ", run.Errors);
        Assert.Contains("lake is a file: name a folder.", file.Errors);
    }

    [Fact]
    public async Task A_role_that_may_only_read_exports_and_one_that_sees_a_part_of_the_rows_does_not()
    {
        await _estate.FillAsync(100);
        var (reader, asReader) = await _estate.CreateRoleAsync("SELECT ON user_logins");
        var (_, asNobody) = await _estate.CreateRoleAsync("SELECT (user_id) ON user_logins");

        var export = await ConsoleCapture.RunAsync(
            "export", "--to", _estate.Lake, $"--ConnectionStrings:Logins={asReader}");
        var denied = await ConsoleCapture.RunAsync(
            "export", "--to", _estate.Lake, $"--ConnectionStrings:Logins={asNobody}");
        await _estate.ExecuteAsync("ALTER TABLE user_logins ENABLE ROW LEVEL SECURITY");
        var hidden = await ConsoleCapture.RunAsync(
            "export", "--to", _estate.Lake, $"--ConnectionStrings:Logins={asReader}");

        Assert.Equal((0, ""), (export.ExitCode, export.Errors));
        Assert.Contains("grant it SELECT on user_logins", denied.Errors);
        Assert.Contains("row-level security", hidden.Errors);
        Assert.Equal(100, ExportEstate.RowsOf(_estate.Lake).Count);
        Assert.NotEmpty(reader);
    }

    [Fact]
    public async Task A_manifest_that_cannot_be_read_and_files_without_one_are_refused_with_the_remedy()
    {
        await _estate.FillAsync(100);
        await _estate.ExportAsync("--to", _estate.Lake);
        var manifest = Path.Combine(_estate.Lake, "_manifest.json");
        await File.WriteAllTextAsync(manifest, "{");

        var broken = await _estate.ExportAsync("--to", _estate.Lake);
        File.Delete(manifest);
        var partly = await _estate.ExportAsync("--to", _estate.Lake, "--since", "2026-11-02");
        var whole = await _estate.ExportAsync("--to", _estate.Lake);

        Assert.Contains("_manifest.json cannot be read", broken.Errors);
        Assert.Contains("run without --since", partly.Errors);
        Assert.Equal(0, whole.ExitCode);
    }
}
