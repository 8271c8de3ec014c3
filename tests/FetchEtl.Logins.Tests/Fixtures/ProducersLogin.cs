using System.Text.Json.Serialization;

namespace FetchEtl.Logins.Tests;

/// <summary>A login as a producer declares it that sends by MassTransit, under the contract's names.</summary>
internal sealed record ProducersLogin(
    [property: JsonPropertyName("user_id")] string UserId,
    [property: JsonPropertyName("app_version")] string AppVersion,
    [property: JsonPropertyName("device_type")] string DeviceType,
    [property: JsonPropertyName("ip")] string Ip,
    [property: JsonPropertyName("device_id")] string DeviceId)
{
    public const string RawExample =
        """{"user_id":"u","app_version":"2.3.0","device_type":"ios","ip":"192.0.2.7","device_id":"d"}""";

    public static readonly ProducersLogin Example = new("u", "2.3.0", "ios", "192.0.2.7", "d");
}
