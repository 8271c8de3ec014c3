using FetchEtl.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace FetchEtl.Logins.Tests;

/// <summary>
/// A trigger quotes each row, and the server adds all that its settings allow to an error. No value of a row reaches a
/// log line at any level or an exception, with and without a vault.
/// </summary>
public sealed class VaultLeakTests : IAsyncLifetime
{
    private const string Canary = "canary-4711";

    private readonly VaultKeyFiles _files = new();
    private LoginStore _store = null!;

    public async Task InitializeAsync() => _store = await LoginStore.CreateAsync();

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        _files.Dispose();
    }

    public static TheoryData<bool, string, bool, string> Cases
    {
        get
        {
            var cases = new TheoryData<bool, string, bool, string>();
            foreach (var vault in new[] { true, false })
            {
                foreach (var table in vault ? new[] { "user_logins", "pii_vault" } : ["user_logins"])
                {
                    foreach (var deferred in new[] { true, false })
                    {
                        cases.Add(vault, table, deferred, "log_parameter_max_length_on_error = -1");
                        cases.Add(vault, table, deferred, "log_error_verbosity = verbose");
                        cases.Add(vault, table, deferred, "client_min_messages = debug1");
                    }
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task No_log_line_or_exception_has_a_value_of_a_row_that_a_trigger_quotes(
        bool vault, string table, bool deferred, string setting)
    {
        var row = table == "user_logins" ? "NEW.user_id" : $"'{Canary}'";
        await _store.ScalarAsync(
            $"""
            DO $do$ BEGIN EXECUTE format('ALTER DATABASE %I SET {setting}', current_database()); END $do$;
            CREATE FUNCTION quote_row() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE NOTICE '%', {row};
                RAISE EXCEPTION 'no: %', {row}
                    USING ERRCODE = 'check_violation', DETAIL = {row}, HINT = {row}, COLUMN = {row},
                        CONSTRAINT = {row}, TABLE = {row}, SCHEMA = {row}, DATATYPE = {row};
            END $$;
            CREATE {(deferred ? "CONSTRAINT TRIGGER" : "TRIGGER")} quoting
                {(deferred ? "AFTER INSERT" : "BEFORE INSERT")} ON {table}
                {(deferred ? "DEFERRABLE INITIALLY DEFERRED" : "")} FOR EACH ROW EXECUTE FUNCTION quote_row()
            """);
        _store.ConnectionString = new NpgsqlConnectionStringBuilder(_store.ConnectionString)
        {
            IncludeErrorDetail = true,
            PersistSecurityInfo = true,
        }.ConnectionString;
        _store.Masking.Vault.PublicKeyFile = vault ? _files.Public : null;

        var text = new PersonalText("198.18.0.1");
        var mask = _store.Provider.GetRequiredService<IPiiMasker>().Mask(PiiField.Ip, text)!;
        using var readings = new MeterReadings(_store.Provider);
        var writes = Enumerable.Range(0, 5).Select(_ => _store.Writer.WriteAsync(
            new UserLogin
            {
                UserId = Canary,
                MaskedIp = mask,
                AppVersion = 1,
                CreateDate = new DateOnly(2026, 1, 2),
                MessageId = Guid.NewGuid(),
            },
            [new VaultValue(PiiField.Ip, mask, text)],
            sentTime: null,
            CancellationToken.None)).ToArray();
        var reported = Task.WhenAny(
            _store.Logs.WaitForAsync(2010), _store.Logs.WaitForAsync(2011), _store.Logs.WaitForAsync(2001),
            _store.Logs.WaitForAsync(2003));
        await reported.WaitAsync(TimeSpan.FromMinutes(1));

        await _store.ScalarAsync($"DROP TRIGGER quoting ON {table}");
        var failures = await Task.WhenAll(writes.Select(write => Record.ExceptionAsync(() => write)))
            .WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(0, _store.Logs.Texts.Count(line => line.Contains(Canary, StringComparison.Ordinal)));
        Assert.Equal(0, _store.Logs.Texts.Count(line => line.Contains("198.18.0.1", StringComparison.Ordinal)));
        Assert.DoesNotContain(
            failures.OfType<Exception>(),
            failure => $"{failure}{string.Join(' ', failure.Data.Values.Cast<object?>())}"
                .Contains(Canary, StringComparison.Ordinal));
    }
}
