using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace FetchEtl.Service;

/// <summary>
/// What the status page shows, formatted: the server renders it first, and the page's script fills it in.
/// </summary>
/// <param name="Texts">Single values, by the name of their place.</param>
/// <param name="Rows">The rows of tables, by the name of the table.</param>
internal sealed record StatusView(
    IReadOnlyDictionary<string, string> Texts,
    IReadOnlyDictionary<string, IReadOnlyList<IReadOnlyList<StatusCell>>> Rows)
{
    /// <summary>The view on one line.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, StatusJson.Plain.StatusView);
}

/// <summary>A cell of a table.</summary>
/// <param name="Text">The text.</param>
/// <param name="Kind">The class of its style, such as <c>unhealthy</c>.</param>
/// <param name="Span">How many columns it takes, where that is not one.</param>
internal sealed record StatusCell(string Text, string? Kind = null, int? Span = null);

[JsonSerializable(typeof(StatusView))]
internal sealed partial class StatusJson : JsonSerializerContext
{
    /// <summary>Writes quotation marks as they are: the script reads the texts as texts.</summary>
    public static StatusJson Plain { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
