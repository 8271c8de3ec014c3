using System.Text.Json.Serialization;

namespace FetchEtl.Logins;

/// <summary>
/// A login event as producers send it: a JSON object of six strings,
/// <c>{"user_id","app_version","device_type","ip","locale","device_id"}</c>. Unknown keys are ignored. The last value
/// of a repeated key counts. Key names are case-sensitive.
/// </summary>
/// <remarks>
/// Reading never fails on well-formed JSON: the message keeps its problems, so <see cref="LoginConsumer"/> can report
/// every reason at once. Writing is for diagnostics only: personal fields become <c>***</c>. Producers send raw JSON
/// and never serialize this type.
/// </remarks>
[JsonConverter(typeof(LoginMessageConverter))]
public sealed class LoginMessage
{
    /// <summary>The user (<c>user_id</c>). Required, 1 to 128 characters.</summary>
    public PersonalText? UserId { get; init; }

    /// <summary>The app's version (<c>app_version</c>), one to three numeric parts. Required.</summary>
    public string? AppVersion { get; init; }

    /// <summary>The kind of device (<c>device_type</c>), at most 32 characters. May be null or empty.</summary>
    public string? DeviceType { get; init; }

    /// <summary>The client's address (<c>ip</c>), at most 256 characters. May be null or empty.</summary>
    public PersonalText? Ip { get; init; }

    /// <summary>The locale (<c>locale</c>), at most 32 characters. May be null, empty or absent.</summary>
    public string? Locale { get; init; }

    /// <summary>The device's identifier (<c>device_id</c>), at most 256 characters. May be null or empty.</summary>
    public PersonalText? DeviceId { get; init; }

    /// <summary>The problems of the JSON itself, field by field.</summary>
    internal IReadOnlyList<InvalidField> ReadProblems { get; init; } = [];

    /// <summary>How many keys are not the contract's, repetitions counted.</summary>
    internal int UnknownKeys { get; init; }

    /// <summary>Whether the object has none of the contract's keys.</summary>
    internal bool HasNoKeys { get; init; }
}
