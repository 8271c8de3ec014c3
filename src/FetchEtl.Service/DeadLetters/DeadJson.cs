using System.Text.Json.Serialization;

namespace FetchEtl.Service;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ListJson))]
[JsonSerializable(typeof(ShowJson))]
[JsonSerializable(typeof(RedriveJson))]
[JsonSerializable(typeof(PurgeJson))]
internal sealed partial class DeadJson : JsonSerializerContext;

/// <summary>The letters of one reason, as JSON.</summary>
internal sealed record GroupJson(
    string Reason,
    IReadOnlyList<string> Fields,
    long Count,
    long? OldestAgeSeconds,
    long? NewestAgeSeconds,
    int LeastReceives,
    int MostReceives,
    IReadOnlyDictionary<string, long> ByRedrives);

/// <summary>One letter, as JSON.</summary>
internal sealed record LetterJson(
    string Id,
    string OriginalId,
    string Origin,
    string Reason,
    IReadOnlyList<string> Fields,
    DateTimeOffset? SentAt,
    long? AgeSeconds,
    int ReceiveCount,
    int Redrives);

/// <summary>The result of <c>dead list</c>.</summary>
internal sealed record ListJson(
    string Queue,
    long Seen,
    long Matched,
    bool AllSeen,
    bool RedrivesProved,
    IReadOnlyList<GroupJson> Groups,
    IReadOnlyList<LetterJson>? Letters);

/// <summary>The result of <c>dead show</c>.</summary>
internal sealed record ShowJson(
    LetterJson Letter,
    DateTimeOffset OriginalSentAt,
    bool IsIdentityProved,
    bool HasMessageGroup,
    IReadOnlyList<AttributeJson> Attributes,
    MaskedBody Body);

/// <summary>An attribute of the producer: never its name or value.</summary>
internal sealed record AttributeJson(string Type, long Bytes);

/// <summary>The result of <c>dead redrive</c>.</summary>
internal sealed record RedriveJson(
    string Queue,
    bool DryRun,
    long Redriven,
    long LostAttributes,
    IReadOnlyDictionary<string, long> Left,
    IReadOnlyList<GroupJson> Groups,
    bool AllSeen,
    string? Problem);

/// <summary>The result of <c>dead purge</c>.</summary>
internal sealed record PurgeJson(
    string Queue,
    bool DryRun,
    long Matched,
    long Deleted,
    long OfOtherQueues,
    IReadOnlyList<GroupJson> Groups,
    bool AllSeen,
    string? Problem);
