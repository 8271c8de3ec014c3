using FetchEtl.Testing;
using Npgsql;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>Checks that the shell and SQL samples of the pages run.</summary>
[Trait("Category", "Slow")]
public sealed class DocCommandTests
{
    /// <summary>A table that pages describe as the reader's own.</summary>
    private const string ReadersTable =
        "CREATE TABLE old_logins (id serial, address varchar(256), device varchar(256))";

    public static TheoryData<string> Pages { get; } =
        [.. DocPage.FencesOf("sh").Select(fence => fence.Page).Distinct()];

    [PosixTheory]
    [MemberData(nameof(Pages))]
    public async Task The_commands_of_a_page_run_one_after_the_other(string page)
    {
        await using var estate = await Estate.CreateAsync();
        await estate.ExecuteAsync(ReadersTable);
        if (page == "docs/adopting-a-table.md")
        {
            await estate.ExecuteAsync(
                "INSERT INTO old_logins (address, device) VALUES ('192.0.2.7', '123-45-6789'), ('', NULL)");
        }

        await estate.SendAsync(20, seed: 1);
        using var shell = new SampleShell();
        await File.WriteAllTextAsync(Path.Combine(shell.Folder, "addresses.txt"), "192.0.2.7\n192.0.2.8\n");

        var (exitCode, errors) = await shell.RunAsync(DocPage.Get(page), estate);

        Assert.True(exitCode == 0, errors);
    }

    [Fact]
    public async Task Every_SQL_sample_is_accepted_by_PostgreSQL()
    {
        await using var estate = await Estate.CreateAsync();
        await using var source = NpgsqlDataSource.Create(estate.ConnectionString);
        foreach (var sample in DocPage.FencesOf("sql"))
        {
            var role = $"fetch_etl_{Guid.NewGuid():N}";
            await using var connection = await source.OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await using var command = connection.CreateCommand();
            var sql = sample.Code.Replace("fetch_etl", role, StringComparison.Ordinal);
            command.CommandText = $"CREATE ROLE {role}; {sql}";
            var problem = await Record.ExceptionAsync(command.ExecuteNonQueryAsync);

            Assert.True(problem is null, $"{sample}: {problem?.Message}");
        }
    }
}
