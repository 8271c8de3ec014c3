using System.Text.Json.Serialization;

namespace FetchEtl.Service;

/// <summary>How a check ended.</summary>
internal enum CheckStatus
{
    /// <summary>All is well.</summary>
    [JsonStringEnumMemberName("ok")]
    Ok,

    /// <summary>It works, and puts something at risk or is unusual.</summary>
    [JsonStringEnumMemberName("warning")]
    Warning,

    /// <summary>The service cannot work, loses something, or does not do what its settings ask for.</summary>
    [JsonStringEnumMemberName("error")]
    Error,

    /// <summary>It was not checked.</summary>
    [JsonStringEnumMemberName("skipped")]
    Skipped,
}
