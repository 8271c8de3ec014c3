using System.Collections.Concurrent;
using System.Diagnostics;
using FetchEtl.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;

namespace FetchEtl.Logins.Tests;

/// <summary>An application that has a data source of its own.</summary>
public sealed class OwnDataSourceTests : IAsyncLifetime
{
    private LoginStore _store = null!;

    public async Task InitializeAsync() => _store = await LoginStore.CreateAsync();

    public async Task DisposeAsync() => await _store.DisposeAsync();

    [Fact]
    public async Task Rows_are_written_over_the_applications_data_source_which_outlives_the_library()
    {
        var builder = new NpgsqlDataSourceBuilder(_store.ConnectionString);
        builder.ConnectionStringBuilder.ApplicationName = "estate";
        await using var source = builder.Build();
        Use(source);
        await _store.StartAsync();

        await _store.Writer.WriteAsync(LoginStore.Login());

        Assert.Equal(1, await _store.CountAsync());
        Assert.NotEqual(0L, await _store.ScalarAsync(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'estate'"));
        await _store.StopAsync();
        await _store.Provider.DisposeAsync();
        await using var connection = await source.OpenConnectionAsync();
        Assert.Equal(System.Data.ConnectionState.Open, connection.State);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ConfigureForLogins_and_nothing_else_keeps_what_a_trigger_quotes_out_of_Npgsqls_spans_and_logs(
        bool isConfigured)
    {
        var canary = $"canary-{Guid.NewGuid():N}";
        var spans = new ConcurrentQueue<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = activitySource => activitySource.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span => spans.Enqueue(string.Join(
                ' ', span.Events.SelectMany(e => e.Tags).Select(tag => tag.Value).Append(span.StatusDescription))),
        };
        ActivitySource.AddActivityListener(listener);
        await _store.ScalarAsync(
            """
            CREATE FUNCTION quote_row() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION 'no: %', NEW.user_id; END $$;
            CREATE TRIGGER quote_row BEFORE INSERT ON user_logins FOR EACH ROW EXECUTE FUNCTION quote_row();
            """);
        var logs = new RecordedLogs();
        var builder = new NpgsqlDataSourceBuilder(_store.ConnectionString).UseLoggerFactory(logs);
        await using var source = (isConfigured ? builder.ConfigureForLogins() : builder).Build();
        Use(source);
        await using var session = _store.Session();

        await Assert.ThrowsAsync<PostgresException>(() => session.InsertAsync([LoginStore.Login(canary)]));

        Assert.Equal(isConfigured, !spans.Any(span => span.Contains(canary, StringComparison.Ordinal)));
        Assert.Equal(isConfigured, logs.Texts.Length == 0);
    }

    [Fact]
    public async Task What_the_library_cannot_keep_its_promises_with_is_refused_at_start()
    {
        await using var source = NpgsqlDataSource.Create("Host=db.example;Include Error Detail=true;Password=s3cret");
        Use(source);
        _store.Services.Configure<LoginsOptions>(options =>
        {
            options.ConnectionString = "Host=elsewhere.example";
            options.Storage.RequireTls = true;
        });

        var problems = Assert.Throws<OptionsValidationException>(
            () => _store.Provider.GetRequiredService<IOptions<LoginsOptions>>().Value).Failures;

        Assert.Equal(
            [
                "ConnectionStrings:Logins is set, and so is LoginsOptions.DataSource: remove one of them.",
                "LoginsOptions.DataSource has Include Error Detail, and PostgreSQL's details can quote a row: build it "
                    + "without, or call ConfigureForLogins on its builder.",
                "LoginsOptions.DataSource must have SSL Mode=VerifyFull or SSL Mode=VerifyCA, because "
                    + "Storage:RequireTls is true.",
            ],
            problems);
    }

    private void Use(NpgsqlDataSource source) => _store.Services.Configure<LoginsOptions>(options =>
    {
        options.ConnectionString = null;
        options.DataSource = _ => source;
    });
}
