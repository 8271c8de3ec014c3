using FetchEtl.Testing;

namespace FetchEtl.Migrations.Tests;

/// <summary>EF Core's own tool, with the commands that <c>migrations/README.md</c> documents.</summary>
public sealed class DotnetEfTests
{
    [Fact]
    public async Task The_model_has_no_changes_without_a_migration()
    {
        var output = await DotnetEf.RunAsync("migrations has-pending-model-changes -p migrations/FetchEtl.Migrations");

        Assert.Equal("No changes have been made to the model since the last migration.", output.Trim());
    }

    [Fact]
    public async Task The_tool_lists_the_ids_that_databases_in_use_have_applied()
    {
        var output = await DotnetEf.RunAsync("migrations list --no-connect -p migrations/FetchEtl.Migrations");

        var ids = output.Split('\n', StringSplitOptions.TrimEntries).Where(x => x is ['2', '0', ..]);
        Assert.Equal(
            [
                "20260101000000_UserLogins", "20261121000000_Masking", "20261127000000_GenerationMacs",
                "20261128000000_VaultEntries", "20261129000000_Privacy",
            ],
            ids);
    }

    [Fact]
    public async Task The_committed_script_is_what_the_tool_prints_and_what_migrate_prints()
    {
        var path = Path.Combine(RepositoryRoot.Folder, "migrations", "user_logins.sql");
        var committed = await File.ReadAllTextAsync(path);

        var tool = await DotnetEf.RunAsync(
            "migrations script --idempotent --no-build -p migrations/FetchEtl.Migrations");
        var noSettings = new Dictionary<string, string>(StringComparer.Ordinal);
        await using var verb = await FetchEtlProcess.RunAsync(noSettings, "migrate", "--script");

        Assert.Equal(
            committed,
            tool.ReplaceLineEndings("\n")
                .Replace("WHERE \"MigrationId\" = '", "WHERE \"MigrationId\"::text = '", StringComparison.Ordinal));
        Assert.Equal(committed, verb.Output.ReplaceLineEndings("\n"));
    }
}
