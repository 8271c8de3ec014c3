using System.Text.Json.Nodes;
using Amazon.SQS.Model;
using FetchEtl.Benchmarks;
using MassTransit;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>
/// Messages with canaries in every value, known or not, and in every key and attribute that is not the contract's.
/// </summary>
internal static class LeakMessages
{
    /// <summary>The device type that tables of these tests reject.</summary>
    public const string RefusedType = "refused";

    private const string UnknownKey = Canaries.Mark + "key";
    private const int Depth = 1000;

    /// <summary>
    /// Attributes that a producer can set: its own texts, and addresses to which MassTransit would send faults and
    /// responses.
    /// </summary>
    public static readonly Dictionary<string, MessageAttributeValue> Attributes = new()
    {
        [Canaries.Mark + "attribute"] = Text(Canaries.Mark + "attribute-value"),
        [MessageHeaders.FaultAddress] = Text($"loopback://127.0.0.1/{Canaries.Mark}faults"),
        [MessageHeaders.ResponseAddress] = Text($"loopback://127.0.0.1/{Canaries.Mark}responses"),
        [MessageHeaders.SourceAddress] = Text($"loopback://127.0.0.1/{Canaries.Mark}source"),
        [MessageHeaders.MessageId] = Text(Canaries.Mark + "id"),
        [MessageHeaders.ContentType] = Text(Canaries.Mark + "type"),
    };

    public static IEnumerable<string> Logins(int count) =>
        Enumerable.Range(0, count).Select(x => Login(x).ToJsonString());

    /// <summary>Logins without a canary in device type and locale, which the table holds as received.</summary>
    public static IEnumerable<string> Plain(int count, string deviceType = "ios") =>
        Enumerable
            .Range(1000, count)
            .Select(number =>
            {
                var login = Login(number);
                login["device_type"] = deviceType;
                login["locale"] = "DE";
                return login.ToJsonString();
            });

    /// <summary>Every kind of invalid message, for every field that can be invalid in that way.</summary>
    public static IEnumerable<string> Invalid()
    {
        var number = 2000;
        foreach (var (field, limit) in FuzzFields.Names.Zip(FuzzFields.Limits))
        {
            yield return Changed(field, value => new JsonArray(value));
            yield return Changed(field, value => new JsonObject { [UnknownKey] = value });
            yield return Changed(field, value => value + "\0");
            yield return Changed(field, value => value + "surrogate")
                .Replace("surrogate", "\\ud800", StringComparison.Ordinal);
            if (limit < int.MaxValue)
            {
                yield return Changed(field, value => value + new string('x', limit));
            }

            var without = Login(number++);
            without.Remove(field);
            if (field != "locale")
            {
                yield return without.ToJsonString();
            }
        }

        yield return Changed("user_id", _ => null);
        yield return Changed("user_id", _ => "");
        yield return Changed("app_version", _ => null);
        yield return Changed("app_version", _ => Canaries.Mark + "version");
        yield return Changed("app_version", _ => "2147.0.0-" + Canaries.Mark);
        yield return Changed("app_version", _ => "1.2.3.4-" + Canaries.Mark);
        yield return new JsonObject { ["foo"] = Body(), [UnknownKey] = Body() }.ToJsonString();

        yield return Login(number++).ToJsonString()[..^1];
        yield return Login(number++).ToJsonString() + Body();
        yield return Login(number++).ToJsonString().Replace(':', ';');
        yield return Body();
        yield return $"\"{Body()}\"";
        yield return $"[\"{Body()}\"]";
        yield return $"{new string('[', Depth)}\"{Body()}\"{new string(']', Depth)}";
        yield return string.Concat(Enumerable.Repeat($$"""{"{{UnknownKey}}":""", Depth)) + number;

        string Body() => $"{Canaries.Body}{number++}";

        string Changed(string field, Func<string, JsonNode?> change)
        {
            var login = Login(number++);
            login[field] = change(login[field]!.GetValue<string>());
            return login.ToJsonString();
        }
    }

    private static JsonObject Login(int number) => new()
    {
        ["user_id"] = $"{Canaries.UserId}{number}",
        ["app_version"] = $"1.2.3-{Canaries.Mark}version",
        ["device_type"] = Canaries.Mark + "phone",
        ["ip"] = (number % 4) switch
        {
            0 => $"{Canaries.IPv4}{number / 256}.{number % 256}",
            1 => $"::ffff:{Canaries.IPv4}{number / 256}.{number % 256}",
            2 => $"{Canaries.IPv6}:{number:x}",
            _ => $"{Canaries.IpText}{number}",
        },
        ["locale"] = Canaries.Mark + "locale",
        ["device_id"] = $"{Canaries.DeviceId}{number}",
        [UnknownKey] = new JsonObject { [UnknownKey] = new JsonArray($"{Canaries.Body}{number}") },
    };

    private static MessageAttributeValue Text(string value) => SqsCalls.Text(value);
}
