using FetchEtl.Local;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FetchEtl.Logins.Tests;

/// <summary>
/// Settings and tables that lose committed rows are found, and reported once a process with the remedy.
/// </summary>
public sealed class DurabilityCheckTests : IAsyncLifetime
{
    private LoginStore _store = null!;

    public async Task InitializeAsync() => _store = await LoginStore.CreateAsync();

    public async Task DisposeAsync() => await _store.DisposeAsync();

    [Theory]
    [InlineData("ALTER TABLE user_logins SET UNLOGGED", "user_logins")]
    [InlineData("ALTER TABLE pii_vault SET UNLOGGED", "pii_vault")]
    [InlineData(
        """
        DROP VIEW user_logins_readable; ALTER TABLE user_logins RENAME TO old;
        CREATE TABLE user_logins (LIKE old) PARTITION BY HASH (message_id);
        CREATE UNLOGGED TABLE part_one PARTITION OF user_logins FOR VALUES WITH (MODULUS 2, REMAINDER 0);
        CREATE TABLE part_two PARTITION OF user_logins FOR VALUES WITH (MODULUS 2, REMAINDER 1)
        """,
        "part_one")]
    [InlineData("ALTER ROLE {role} SET synchronous_commit = off", "synchronous_commit")]
    [InlineData("ALTER ROLE {role} SET synchronous_commit = local", null)]
    public async Task Each_weakness_is_found(string begin, string? subject)
    {
        var role = await _store.UseRoleAsync();
        await _store.ScalarAsync(begin.Replace("{role}", role, StringComparison.Ordinal));

        await using var session = _store.Session();
        var findings = await DurabilityCheck.FindAsync(session);

        // The tests' own server runs without fsync.
        Assert.Equal(subject, findings.SingleOrDefault(finding => finding.Subject != "fsync")?.Subject);
        Assert.All(findings, finding => Assert.NotEmpty(finding.Remedy));
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task The_servers_settings_are_found()
    {
        await using var server = await LocalPostgres.StartAsync(new LocalPostgresOptions
        {
            Settings = new Dictionary<string, string> { ["fsync"] = "off", ["full_page_writes"] = "off" },
        });
        await using var store = await LoginStore.OverAsync(server.ConnectionString);
        await store.ScalarAsync("ALTER SYSTEM SET synchronous_standby_names = 'none'");

        Assert.Equal(
            "fsync,full_page_writes,synchronous_commit", await SubjectsAsync("SET synchronous_commit = off"));
        await store.ScalarAsync("ALTER SYSTEM SET fsync = on");
        await store.ScalarAsync("ALTER SYSTEM SET full_page_writes = on");
        Assert.Equal("synchronous_commit", await SubjectsAsync("SET synchronous_commit = local"));
        Assert.Equal("synchronous_commit", await SubjectsAsync("SET synchronous_commit = remote_write"));
        Assert.Equal("", await SubjectsAsync("RESET synchronous_commit"));

        // With new connections, as in a new process.
        async Task<string> SubjectsAsync(string role)
        {
            await store.ScalarAsync($"SET synchronous_commit = local; ALTER ROLE postgres {role}");
            await store.ScalarAsync("SELECT pg_reload_conf()");
            await using var process = store.Beside();
            await using var session = process.GetRequiredService<LoginDataSource>().Create();
            var findings = await DurabilityCheck.FindAsync(session);
            return string.Join(',', findings.Select(finding => finding.Subject));
        }
    }

    [Fact]
    public async Task Each_is_reported_once_a_process_at_the_start_or_with_the_first_row()
    {
        await _store.ScalarAsync("ALTER TABLE user_logins SET UNLOGGED");

        var startup = _store.Provider.GetServices<IHostedService>().OfType<StoredMasksVerificationService>().Single();
        await startup.StartingAsync(CancellationToken.None);
        await _store.Writer.WriteAsync(LoginStore.Login());
        var lines = _store.Logs.Texts.Where(text => text.StartsWith("Warning 2020", StringComparison.Ordinal)).ToList();

        Assert.Single(lines, line => line.Contains("user_logins is unlogged", StringComparison.Ordinal)
            && line.Contains("ALTER TABLE user_logins SET LOGGED", StringComparison.Ordinal));
        Assert.Equal(lines.Distinct().Count(), lines.Count);

        await using var other = _store.Beside();
        await other.GetRequiredService<LoginWriter>().WriteAsync(LoginStore.Login());
        Assert.Equal(2 * lines.Count, _store.Logs.CountOf(2020));
    }
}
