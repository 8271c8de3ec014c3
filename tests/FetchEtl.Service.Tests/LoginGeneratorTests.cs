using System.Text.Json;

namespace FetchEtl.Service.Tests;

public sealed class LoginGeneratorTests
{
    private static readonly string[] Fields = ["user_id", "app_version", "device_type", "ip", "locale", "device_id"];

    [Fact]
    public void The_same_seed_gives_the_same_messages_and_another_seed_others()
    {
        Assert.Equal(new LoginGenerator(7, 0.2).Take(500), new LoginGenerator(7, 0.2).Take(500));
        Assert.NotEqual(new LoginGenerator(7, 0.2).Take(500), new LoginGenerator(8, 0.2).Take(500));
    }

    [Fact]
    public void Generated_logins_have_the_quirks_of_real_ones()
    {
        var logins = new LoginGenerator(1)
            .Take(2000)
            .Select(x => JsonSerializer.Deserialize<Dictionary<string, string?>>(x)!)
            .ToList();

        Assert.All(logins, x => Assert.Equal(Fields, x.Keys));
        Assert.InRange(logins.Count(x => x["locale"] is null), 400, 800);
        Assert.Contains(logins, x => x["app_version"]!.Split('.') is [_, ['0', _]]);
        Assert.Contains(logins, x => x["app_version"]!.Split('.').Length == 3);
        Assert.Contains(logins, x => x["device_id"]!.StartsWith('0'));
        Assert.InRange(logins.Select(x => x["ip"]).Distinct().Count(), 1200, 1700);
        Assert.InRange(logins.Select(x => x["device_id"]).Distinct().Count(), 1200, 1700);
        Assert.Equal(2000, logins.Select(x => x["user_id"]).Distinct().Count());
    }
}
