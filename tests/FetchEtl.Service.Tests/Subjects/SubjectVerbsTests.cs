using System.Text.Json;
using FetchEtl.Logins;
using FetchEtl.Migrations;
using FetchEtl.Testing;
using Npgsql;

namespace FetchEtl.Service.Tests;

/// <summary>
/// The verbs of <c>subject</c> and <c>audit</c> as they are typed, after a conversion that kept the old table: no
/// erasure claims to be complete while a table can hold the person's rows, and the audit log has each outcome.
/// </summary>
public sealed class SubjectVerbsTests : IAsyncLifetime
{
    private const string Of = "--no-dead-letters --field user_id --purpose test ann";

    private PostgresDatabase _database = null!;
    private string _role = null!;
    private string _login = null!;

    public async Task InitializeAsync()
    {
        _database = await PostgresDatabase.CreateAsync();
        await LoginMigrations.MigrateAsync(_database.ConnectionString);
        await ExecuteAsync(
            "INSERT INTO user_logins (user_id, create_date) "
            + "SELECT u, '2026-01-05' FROM unnest(ARRAY['ann', 'ann', 'bob']) AS u");
        await using var conversion = await PartitionConversion.OpenAsync(
            _database.ConnectionString, static _ => { }, TimeProvider.System);
        await conversion.RunAsync(PartitionInterval.Month, new Progress<PartitionProgress>());
        (_role, _login) = await _database.CreateRoleAsync(
            "SELECT ON user_logins", "SELECT ON masking_generations", "SELECT, DELETE ON pii_vault",
            "SELECT, INSERT ON audit_log");
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task A_person_is_found_and_erased_in_the_table_that_a_conversion_kept_too()
    {
        var found = await RunAsync($"subject find {Of}");
        Assert.Equal((0, string.Empty), (found.ExitCode, found.Errors));
        Assert.Contains("user_logins: 2 rows, of 2026-01-05", found.Output, StringComparison.Ordinal);
        Assert.Contains("user_logins_unpartitioned: 2 rows, of 2026-01-05", found.Output, StringComparison.Ordinal);

        var folder = Directory.CreateTempSubdirectory();
        var file = Path.Combine(folder.FullName, "export.json");
        Assert.Equal(0, (await RunAsync($"subject export --output {file} {Of}")).ExitCode);
        var document = JsonSerializer.Deserialize<JsonElement>(await File.ReadAllTextAsync(file));
        folder.Delete(recursive: true);
        Assert.Equal(2, document.GetProperty("user_logins_unpartitioned").GetArrayLength());

        var erased = await RunAsync($"subject erase --yes --json {Of}");
        Assert.Equal(0, erased.ExitCode);
        var result = JsonSerializer.Deserialize<JsonElement>(erased.Output);
        Assert.Equal(4, result.GetProperty("rowsMasked").GetInt64());
        Assert.Empty(result.GetProperty("tablesLeft").EnumerateArray());

        var left = await RunAsync($"subject find {Of}");
        Assert.Contains("user_logins_unpartitioned: 0 rows", left.Output, StringComparison.Ordinal);
        Assert.Equal(
            [
                "subject find|1|test", "subject find: done|4|test: 4 rows, 0 dead letters, 0 sealed values",
                "subject export|1|test", "subject export: done|4|test: 4 rows, 0 dead letters, 0 sealed values",
                "subject erase|1|test", "subject erase: done|4|test: 4 rows, 0 dead letters, 0 sealed values",
                "subject find|1|test", "subject find: done|0|test: 0 rows, 0 dead letters, 0 sealed values",
            ],
            await EntriesAsync());
    }

    [Fact]
    public async Task An_erasure_is_not_complete_while_the_role_may_not_read_or_change_a_table_with_former_rows()
    {
        // Nothing is erased: the entry says so.
        var refused = await RunAsync($"subject erase --yes {Of}", _login);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("grant it SELECT and UPDATE on user_logins", refused.Errors, StringComparison.Ordinal);

        await ExecuteAsync($"GRANT UPDATE ON user_logins TO {_role}");
        var found = await RunAsync($"subject find {Of}", _login);
        Assert.Equal(3, found.ExitCode);
        Assert.Contains(
            "user_logins_unpartitioned: not searched, the role may not read it",
            found.Output,
            StringComparison.Ordinal);
        Assert.Contains("Remedy: grant the role SELECT, UPDATE and DELETE", found.Errors, StringComparison.Ordinal);

        var unread = await RunAsync($"subject erase --yes {Of}", _login);
        Assert.Equal(3, unread.ExitCode);
        Assert.Contains(
            "rows in user_logins_unpartitioned, which was not erased: the role may not read it",
            unread.Output,
            StringComparison.Ordinal);

        await ExecuteAsync($"GRANT SELECT ON user_logins_unpartitioned TO {_role}");
        var unchanged = await RunAsync($"subject erase --yes {Of}", _login);
        Assert.Equal(3, unchanged.ExitCode);
        Assert.Contains("which was not erased: the role may not change it", unchanged.Output, StringComparison.Ordinal);

        Assert.Equal(
            [
                "subject erase|1|test", "subject erase: failed|0|test: 0 rows, 0 dead letters, 0 sealed values",
                "subject find|1|test", "subject find: incomplete|2|test: 2 rows, 0 dead letters, 0 sealed values",
                "subject erase|1|test", "subject erase: incomplete|2|test: 2 rows, 0 dead letters, 0 sealed values",
                "subject erase|1|test", "subject erase: incomplete|0|test: 0 rows, 0 dead letters, 0 sealed values",
            ],
            await EntriesAsync());
    }

    [Fact]
    public async Task An_erasure_of_sealed_values_has_an_entry_with_their_number()
    {
        await ExecuteAsync("INSERT INTO pii_vault (mask, field, sealed) VALUES ('1:a', 'ip', '')");

        var run = await RunAsync("erase --purpose test 1:a 1:b");

        Assert.Equal((1, "Erased from the vault: 1.\n"), (run.ExitCode, run.Output));
        Assert.Equal(["erase|2|test", "erase: incomplete|1|test: 1 sealed value"], await EntriesAsync());
    }

    [Fact]
    public async Task A_broken_chain_has_no_head_and_a_list_has_a_head_and_units()
    {
        await RunAsync($"subject find {Of}");

        var list = await RunAsync("audit list");
        var lines = list.Output.TrimEnd().Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.Equal("number  time  action  role (user)  asked for, or done  fields  purpose", lines[0]);
        Assert.EndsWith("  1 value  user_id  test", lines[1], StringComparison.Ordinal);
        Assert.Contains("  subject find: done  ", lines[2], StringComparison.Ordinal);
        Assert.Contains("  4 results  user_id  test: 4 rows, ", lines[2], StringComparison.Ordinal);

        var whole = await RunAsync("audit verify");
        Assert.Equal(0, whole.ExitCode);
        Assert.Matches("^[0-9a-f]{64}\n$", whole.Output);
        Assert.StartsWith("fetch-etl: 2 entries of audit_log", whole.Errors, StringComparison.Ordinal);

        await ExecuteAsync(
            "ALTER TABLE audit_log DISABLE TRIGGER USER; UPDATE audit_log SET purpose = 'x' WHERE sequence = 2");
        var broken = await RunAsync("audit verify");
        Assert.Equal((1, string.Empty), (broken.ExitCode, broken.Output));
        Assert.Contains(
            "entry 2 was changed. Before that: 1 entry without a fault.", broken.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("audit list", "grant it SELECT on audit_log.")]
    [InlineData("audit verify", "grant it SELECT on audit_log.")]
    [InlineData("domain list", "grant it SELECT on reader_domains and masking_generations.")]
    [InlineData("adopt --column masked_ip=ip --dry-run", "grant it SELECT and UPDATE on the table, and SELECT, INSERT")]
    public async Task A_role_without_rights_is_told_those_of_the_verb(string line, string remedy)
    {
        var (_, login) = await _database.CreateRoleAsync();

        var run = await RunAsync(line, login);

        Assert.Equal((1, string.Empty), (run.ExitCode, run.Output));
        Assert.Contains($"lacks a right: {remedy}", run.Errors, StringComparison.Ordinal);
    }

    private Task<ConsoleCapture> RunAsync(string line, string? login = null) => ConsoleCapture.RunAsync(
        [
            .. line.Split(' '), $"--ConnectionStrings:Logins={login ?? _database.ConnectionString}",
            $"--Masking:Keys:0={TestKeys.First}",
        ]);

    private async Task ExecuteAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(_database.ConnectionString);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<IReadOnlyList<string>> EntriesAsync()
    {
        var list = await RunAsync("audit list --json");
        return
        [
            .. list.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonSerializer.Deserialize<JsonElement>(line))
                .Select(entry =>
                    $"{entry.GetProperty("action")}|{entry.GetProperty("count")}|{entry.GetProperty("purpose")}"),
        ];
    }
}
