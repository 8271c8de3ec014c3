using FetchEtl.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace FetchEtl.Logins.Tests;

/// <summary>All settings are relative to the section that the caller passes, and no problem quotes a value.</summary>
public sealed class LoginsSectionTests
{
    private const string Canary = "canary-7d1f";

    [Fact]
    public async Task A_host_whose_root_has_sections_of_the_same_names_for_other_purposes_starts_and_writes()
    {
        await using var store = await LoginStore.CreateAsync();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Storage:Provider"] = "S3",
            ["Storage:Writers"] = "a setting of the host",
            ["Masking:Character"] = "*",
            ["AppVersion"] = "1.0",
            ["ConnectionStrings:Logins"] = "Server=another;Trusted_Connection=True",
            ["FetchEtl:ConnectionStrings:Logins"] = store.ConnectionString,
            ["FetchEtl:Storage:Writers"] = "1",
            ["FetchEtl:Masking:Keys:0"] = TestKeys.First,
        });
        builder.Services.AddLogins(builder.Configuration.GetSection("FetchEtl"));
        using var host = builder.Build();

        await host.StartAsync();

        await host.Services.GetRequiredService<LoginWriter>().WriteAsync(LoginStore.Login());
        Assert.Equal(1, await store.CountAsync());
        Assert.Equal(1, host.Services.GetRequiredService<IOptions<LoginsOptions>>().Value.Storage.Writers);
        await host.StopAsync();
    }

    [Fact]
    public void Every_problem_names_the_full_key_with_the_path_of_the_section()
    {
        Assert.Equal(
            [
                "Estate:FetchEtl:ConnectionStrings:Logins is missing: " +
                "set it to a PostgreSQL connection string, as in Host=…;Database=…;Username=….",
                "Estate:FetchEtl:Storage:BatchSize must be a whole number from 1 to 10000.",
                "Estate:FetchEtl:Masking:Keys:0 is missing: an index is a key's generation, so none may be left out; " +
                "set it, or Estate:FetchEtl:Masking:KeyFiles:0.",
                "Estate:FetchEtl:AppVersion:Encoding must be Ordered or Digits.",
            ],
            Problems(
                "Estate:FetchEtl",
                ("Estate:FetchEtl:Storage:BatchSize", "0"),
                ("Estate:FetchEtl:Masking:Keys:1", TestKeys.First),
                ("Estate:FetchEtl:AppVersion:Encoding", "Decimal"),
                ("Storage:BatchSize", "7")));
    }

    [Fact]
    public void Unknown_keys_and_values_of_the_wrong_type_are_reported_together_with_all_other_problems()
    {
        Assert.Equal(
            [
                "F:ConnectionStrings:Logins names no host: write it as Host=…;Database=…;Username=….",
                "F:Storage:BatchSzie is not a setting: did you mean F:Storage:BatchSize?",
                "F:Storage:Writers must be a whole number.",
                "F:Masking:AllowWeak must be true or false.",
                "F:Masking:Former must be Hmac, Sha256, SaltedSha256, IpCrypt, IpCryptPfx or Ff1.",
                "F:Masking:Method must be Hmac, Sha256, SaltedSha256, IpCrypt, IpCryptPfx or Ff1.",
                "F:Masking:Salt must be one text, without further keys below it.",
                "F:Masking:Vault:PublicKeyPath is not a setting; there are F:Masking:Vault:PublicKeyFile.",
                "F:AppVersion:Encoding must be Ordered or Digits.",
            ],
            Problems(
                "F",
                ("F:ConnectionStrings:Logins", "Database=logins"),
                ("F:Storage:BatchSzie", "7"),
                ("F:Storage:Writers", "two"),
                ("F:Masking:AllowWeak", "perhaps"),
                ("F:Masking:Former", "Md5"),
                ("F:Masking:Method", "9"),
                ("F:Masking:Salt:0", "salt"),
                ("F:Masking:Vault:PublicKeyPath", "vault.pem"),
                ("F:AppVersion:Encoding", "9")));
    }

    [Fact]
    public void A_key_of_the_section_that_is_not_the_librarys_is_refused_with_the_one_that_was_meant()
    {
        Assert.Equal(
            [
                "F:Maskng is not a setting: did you mean F:Masking?",
                "F:Sqs is not a setting; there are F:ConnectionStrings, F:Storage, F:Masking, F:AppVersion.",
                "F:ConnectionStrings:Login is not a setting: did you mean F:ConnectionStrings:Logins?",
                "F:ConnectionStrings:Logins is missing: " +
                "set it to a PostgreSQL connection string, as in Host=…;Database=…;Username=….",
                "F:Storage is a section and has no value of its own: set F:Storage:BatchSize, F:Storage:Writers, " +
                "F:Storage:RequireTls, F:Storage:Schema, F:Storage:Table.",
            ],
            Problems(
                "F",
                ("F:ConnectionStrings:Login", "Host=db.example"),
                ("F:Masking:Keys:0", TestKeys.First),
                ("F:Maskng:Vault:PublicKeyFile", "vault.pem"),
                ("F:Sqs:QueueName", "login-queue"),
                ("F:Storage", "S3")));
    }

    [Fact]
    public void At_the_root_only_keys_near_the_librarys_are_refused()
    {
        Assert.Equal(
            ["Maskng is not a section of settings: did you mean Masking?"],
            Problems(
                string.Empty,
                ("ConnectionStrings:Logins", "Host=db.example"),
                ("ConnectionStrings:Orders", "Host=db.example"),
                ("Masking:Keys:0", TestKeys.First),
                ("Maskng:Vault:PublicKeyFile", "vault.pem"),
                ("Marketing:Keys:0", "another program's"),
                ("Sqs:QueueName", "login-queue")));
    }

    [Fact]
    public void A_single_value_is_a_list_of_one()
    {
        var root = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["Masking:Keys"] = TestKeys.First })
            .Build();
        var options = new MaskingOptions();

        root.BindMasking(options);

        Assert.Equal([TestKeys.First], options.Keys);
        Assert.Empty(options.Validate());
    }

    [Theory]
    [InlineData("ConnectionStrings:Logins")]
    [InlineData("Storage:BatchSize")]
    [InlineData("Storage:Writers")]
    [InlineData("Storage:Password")]
    [InlineData("AppVersion:Encoding")]
    [InlineData("Masking:Method")]
    [InlineData("Masking:AllowWeak")]
    [InlineData("Masking:Former")]
    [InlineData("Masking:Salt")]
    [InlineData("Masking:Key")]
    [InlineData("Masking:Fields")]
    [InlineData("Masking:Keys:0")]
    [InlineData("Masking:Keys:1")]
    [InlineData("Masking:KeyFiles:1")]
    [InlineData("Masking:Fields:0")]
    [InlineData("Masking:Vault:PublicKeyFile")]
    [InlineData("Masking:Vault:PrivateKey")]
    public void No_problem_quotes_a_value_which_can_be_a_misplaced_secret(string key)
    {
        var settings = new Dictionary<string, string>
        {
            ["ConnectionStrings:Logins"] = "Host=db.example",
            ["Masking:Keys:0"] = TestKeys.First,
            [key] = Canary,
        };

        var problems = Problems(string.Empty, [.. settings.Select(setting => (setting.Key, setting.Value))]);

        Assert.Contains(problems, problem => problem.StartsWith(key, StringComparison.Ordinal));
        Assert.DoesNotContain(problems, problem => problem.Contains(Canary, StringComparison.Ordinal));
    }

    private static string[] Problems(string section, params (string Key, string Value)[] settings)
    {
        var root = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)))
            .Build();
        using var services = new ServiceCollection()
            .AddLogging()
            .AddLogins(section.Length == 0 ? root : root.GetSection(section))
            .BuildServiceProvider();
        var options = services.GetRequiredService<IOptions<LoginsOptions>>();
        return [.. Assert.Throws<OptionsValidationException>(() => options.Value).Failures];
    }
}
