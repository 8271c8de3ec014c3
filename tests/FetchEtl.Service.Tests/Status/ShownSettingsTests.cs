using System.Reflection;
using FetchEtl.Logins;

namespace FetchEtl.Service.Tests;

public sealed class ShownSettingsTests
{
    private const string Canary = "canary-81ce";

    private static readonly string[] ShownTexts =
        ["Service:Urls", "Service:AllowedHosts", "Sqs:QueueName", "Sqs:DeadLetterQueueName", "Sqs:Region"];

    [Fact]
    public void A_text_is_shown_only_if_its_key_is_listed_whatever_settings_there_are()
    {
        var (service, sqs, logins) = (new ServiceSettings(), new SqsSettings(), new LoginsOptions());
        foreach (var section in new object[] { service, sqs, logins.Storage, logins.Masking, logins.AppVersion })
        {
            foreach (var property in section.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
            {
                if (property.PropertyType == typeof(string) && property.CanWrite)
                {
                    property.SetValue(section, Canary);
                }
                else if (property.GetValue(section) is IList<string> list && property.Name != "Fields")
                {
                    list.Add(Canary);
                }
            }
        }

        logins.Masking.Vault.PublicKeyFile = Canary;
        logins.ConnectionString = $"Host=db;Database=logins;Username=etl;Password={Canary};SSL Password={Canary}";

        var shown = ShownSettings.Of(service, sqs, logins, table: null);

        Assert.Equal(
            ShownTexts.Order(StringComparer.Ordinal),
            shown.Where(x => x.Value.Contains(Canary, StringComparison.Ordinal)).Select(x => x.Key)
                .Order(StringComparer.Ordinal));
        Assert.Contains(new("ConnectionStrings:Logins", "logins on db:5432 as etl"), shown);
    }

    [Fact]
    public void Every_key_is_a_setting_that_the_command_line_accepts()
    {
        var shown = ShownSettings.Of(
            new ServiceSettings { Urls = "http://127.0.0.1:8080" },
            new SqsSettings { Region = "eu-central-1" },
            new LoginsOptions { ConnectionString = "Host=db", Masking = { Fields = { "ip", "device_id" } } },
            table: null);

        Assert.True(shown.Count > 20);
        Assert.All(shown, setting => Assert.Null(SettingsSections.Problem(setting.Key)));
        Assert.Equal(shown.Count, shown.DistinctBy(setting => setting.Key).Count());
        Assert.Contains(new("Sqs:DeadLetterQueueName", "login-queue-dead"), shown);
        Assert.Contains(new("Masking:Vault:PublicKeyFile", "not set"), shown);
    }

    [Fact]
    public void Numbers_switches_and_choices_are_shown_and_a_URL_without_path_and_query()
    {
        var sqs = new SqsSettings { ServiceUrl = new Uri($"https://sqs.example:444/{Canary}?key={Canary}") };

        var shown = ShownSettings.Of(new ServiceSettings(), sqs, new LoginsOptions(), table: null);

        Assert.Contains(new("Sqs:ServiceUrl", "https://sqs.example:444"), shown);
        Assert.Contains(new("Sqs:PrefetchCount", "2000"), shown);
        Assert.Contains(new("Sqs:CreateQueues", "false"), shown);
        Assert.Contains(new("Masking:Method", "Hmac"), shown);
        Assert.DoesNotContain(shown, x => x.Value.Contains(Canary, StringComparison.Ordinal));
    }
}
