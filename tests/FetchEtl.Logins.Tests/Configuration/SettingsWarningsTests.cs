using FetchEtl.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace FetchEtl.Logins.Tests;

public sealed class SettingsWarningsTests : IDisposable
{
    private const int ServerIsUnverified = 2021;
    private const int KeyFileIsReadableByAll = 2022;

    private readonly string _keyFile = Path.GetTempFileName();

    public void Dispose() => File.Delete(_keyFile);

    [Theory]
    [InlineData("Host=db.example", "db.example")]
    [InlineData("Host=db.example;SSL Mode=Require", "db.example")]
    [InlineData("Host=10.0.0.5:5433,localhost", "10.0.0.5")]
    [InlineData("Host=2001:db8::1", "2001:db8::1")]
    public async Task A_PostgreSQL_elsewhere_whose_identity_is_not_checked_is_named(string connection, string host)
    {
        var logs = await WarnAsync(new() { ConnectionString = connection });

        Assert.Equal(1, logs.CountOf(ServerIsUnverified));
        Assert.Contains($"The identity of PostgreSQL at {host} is not checked", Assert.Single(logs.Texts));
    }

    [Theory]
    [InlineData("Host=db.example;SSL Mode=VerifyFull")]
    [InlineData("Host=db.example;SSL Mode=VerifyCA;Root Certificate=/etc/ca.pem")]
    [InlineData("Host=127.0.0.1,localhost,::1")]
    [InlineData("Host=[::1]:5433")]
    [InlineData("Host=/var/run/postgresql")]
    [InlineData("Host=@abstract")]
    public async Task A_checked_identity_or_a_server_on_this_machine_needs_no_warning(string connection) =>
        Assert.Empty((await WarnAsync(new() { ConnectionString = connection })).Texts);

    [Theory]
    [InlineData("Host=db.example", false)]
    [InlineData("Host=db.example;SSL Mode=Require", false)]
    [InlineData("Host=db.example;SSL Mode=VerifyFull", true)]
    [InlineData("Host=localhost", true)]
    public void RequireTls_refuses_what_would_be_warned_of(string connection, bool accepted)
    {
        var options = new LoginsOptions
        {
            ConnectionString = connection,
            Storage = { RequireTls = true },
            Masking = { Keys = { TestKeys.First } },
        };

        var result = new LoginsOptionsValidator(new ServiceCollection().BuildServiceProvider()).Validate(null, options);

        Assert.Equal(accepted, result.Succeeded);
        if (!accepted)
        {
            Assert.StartsWith(
                "ConnectionStrings:Logins must have SSL Mode=VerifyFull or SSL Mode=VerifyCA, because "
                + "Storage:RequireTls is true",
                Assert.Single(result.Failures!));
        }
    }

    [PosixTheory]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.OtherRead, 1)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.GroupRead, 0)]
    public async Task A_key_file_that_every_user_can_read_is_named_by_its_setting(UnixFileMode mode, int warnings)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_keyFile, mode);
        }

        var logs = await WarnAsync(new()
        {
            ConnectionString = "Host=localhost",
            Masking = { KeyFiles = { string.Empty, _keyFile } },
        });

        Assert.Equal(warnings, logs.CountOf(KeyFileIsReadableByAll));
        Assert.All(logs.Texts, text => Assert.Contains("Masking:KeyFiles:1", text));
        Assert.DoesNotContain(_keyFile, string.Concat(logs.Texts));
    }

    private static async Task<RecordedLogs> WarnAsync(LoginsOptions options)
    {
        var logs = new RecordedLogs();
        var log = new Microsoft.Extensions.Logging.Logger<StoredMasksVerifier>(logs);
        var settings = Options.Create(options);
        await using var services = new ServiceCollection().BuildServiceProvider();
        await using var connections = new LoginDataSource(settings.Value, services);
        await new SettingsWarnings(settings, connections, log).StartingAsync(CancellationToken.None);
        return logs;
    }
}
