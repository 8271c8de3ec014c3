using FetchEtl.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace FetchEtl.Logins.Tests;

public sealed class LoginsOptionsTests
{
    [Fact]
    public void Settings_come_from_their_configuration_keys()
    {
        var options = Bind(
            ("ConnectionStrings:Logins", "Host=db.example"),
            ("Storage:BatchSize", "7"),
            ("Storage:Writers", "3"),
            ("Masking:Keys:0", TestKeys.First),
            ("Masking:Keys:1", TestKeys.Second),
            ("AppVersion:Encoding", "Digits")).Value;

        Assert.Equal("Host=db.example", options.ConnectionString);
        Assert.Equal(7, options.Storage.BatchSize);
        Assert.Equal(3, options.Storage.Writers);
        Assert.Equal([TestKeys.First, TestKeys.Second], options.Masking.Keys);
        Assert.Equal(AppVersionEncoding.Digits, options.AppVersion.Encoding);
    }

    [Fact]
    public void Missing_settings_are_reported_with_the_remedy()
    {
        Assert.Equal(
            [
                "ConnectionStrings:Logins is missing: set it to a PostgreSQL connection string, as in "
                    + "Host=…;Database=…;Username=….",
                "Masking:Keys is empty, and without a key nothing is masked: make one with 'fetch-etl keys new', "
                    + "and set it as Masking:Keys:0.",
            ],
            Problems());
    }

    [Fact]
    public void A_second_key_does_not_take_the_place_of_a_missing_first_one()
    {
        Assert.Equal(
            [
                "Masking:Keys:0 is missing: an index is a key's generation, so none may be left out; set it, "
                    + "or Masking:KeyFiles:0.",
            ],
            Problems(("ConnectionStrings:Logins", "Host=db.example"), ("Masking:Keys:1", TestKeys.First)));
    }

    [Fact]
    public void A_setting_that_does_not_exist_is_named()
    {
        Assert.Equal(
            ["Storage:BatchSzie is not a setting: did you mean Storage:BatchSize?"],
            Problems(
                ("ConnectionStrings:Logins", "Host=db.example"),
                ("Masking:Keys:0", TestKeys.First),
                ("Storage:BatchSzie", "7")));
    }

    [Fact]
    public void A_connection_string_without_a_host_is_rejected_before_any_login_is_read()
    {
        Assert.Equal(
            ["ConnectionStrings:Logins names no host: write it as Host=…;Database=…;Username=…."],
            Problems(("ConnectionStrings:Logins", "Database=logins"), ("Masking:Keys:0", TestKeys.First)));
    }

    [Fact]
    public void All_problems_are_named_at_once_and_no_secret_is_shown()
    {
        var problems = Problems(
            ("ConnectionStrings:Logins", "Password=s3cret;Nonsense=1"),
            ("Storage:BatchSize", "5000000"),
            ("Storage:Writers", "0"),
            ("Storage:Schema", "s3cret\"; DROP"),
            ("Storage:Table", ""),
            ("Masking:Keys:0", "not base64 s3cret"),
            ("Masking:Keys:1", "c2hvcnQ="),
            ("Masking:Keys:2", TestKeys.First),
            ("Masking:Keys:3", TestKeys.First),
            ("AppVersion:Encoding", "9"));

        Assert.Equal(
            [
                "ConnectionStrings:Logins has a keyword that Npgsql does not know, or a value with a semicolon and "
                    + "without quotes.",
                "Storage:BatchSize must be a whole number from 1 to 10000.",
                "Storage:Writers must be a whole number from 1 to 16.",
                "Storage:Schema must be a name of 1 to 63 ASCII letters, digits and underscores that does not begin "
                    + "with a digit.",
                "Storage:Table must be a name of 1 to 40 ASCII letters, digits and underscores that does not begin "
                    + "with a digit.",
                "Masking:Keys:0 is not base64: make one with 'fetch-etl keys new'.",
                "Masking:Keys:1 has 5 bytes, 32 or more are needed: make one with 'fetch-etl keys new'.",
                "Masking:Keys:3 repeats an earlier key: every generation needs one of its own; make one "
                    + "with 'fetch-etl keys new'.",
                "AppVersion:Encoding must be Ordered or Digits.",
            ],
            problems);
    }

    [Fact]
    public void A_bad_setting_stops_the_start()
    {
        using var services = Services([]);

        Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IStartupValidator>().Validate());
    }

    [Fact]
    public void Adding_twice_changes_nothing_and_a_custom_masker_is_kept()
    {
        var masker = new KeyedPiiMasker(new MaskingOptions { Keys = { TestKeys.Second } });
        var services = new ServiceCollection().AddLogging().AddSingleton<IPiiMasker>(masker);

        services.AddLogins(_ => { }).AddLogins(_ => { });

        using var provider = services.BuildServiceProvider();
        Assert.Same(masker, provider.GetRequiredService<IPiiMasker>());
        Assert.Single(services, service => service.ServiceType == typeof(LoginWriter));
        provider.GetRequiredService<Microsoft.Extensions.Diagnostics.HealthChecks.HealthCheckService>();
    }

    private static string[] Problems(params (string Key, string Value)[] settings)
    {
        return [.. Assert.Throws<OptionsValidationException>(() => Bind(settings).Value).Failures];
    }

    private static IOptions<LoginsOptions> Bind(params (string Key, string Value)[] settings)
    {
        return Services(settings).GetRequiredService<IOptions<LoginsOptions>>();
    }

    private static ServiceProvider Services((string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)))
            .Build();
        return new ServiceCollection().AddLogging().AddLogins(configuration).BuildServiceProvider();
    }
}
