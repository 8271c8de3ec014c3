using System.Text.Json.Serialization;
using FetchEtl.Maintenance;

namespace FetchEtl.Service;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DomainSummaryJson))]
[JsonSerializable(typeof(IReadOnlyList<DomainStatusJson>))]
internal sealed partial class DomainJson : JsonSerializerContext;

/// <summary>The result of <c>domain new</c> and of <c>domain refresh</c>: a line for each domain.</summary>
internal sealed record DomainSummaryJson(
    string Name,
    string Table,
    DateOnly ShownUntil,
    long Rows,
    long ReducedRows,
    long HiddenMasks,
    long WithheldRows,
    long NotYetRows,
    long UndatedRows,
    double Seconds)
{
    public static DomainSummaryJson Of(DomainSummary summary) => new(
        summary.Definition.Name, summary.Definition.Table, summary.ShownUntil, summary.Rows, summary.Reduced,
        summary.HiddenMasks, summary.Withheld, summary.NotYet, summary.Undated,
        Math.Round(summary.Elapsed.TotalSeconds, 1));
}

/// <summary>One domain of <c>domain list</c>.</summary>
internal sealed record DomainStatusJson(
    string Name,
    string Table,
    IReadOnlyList<string> Columns,
    string Period,
    int MinK,
    int LagDays,
    IReadOnlyList<string> Readers,
    DateTimeOffset? RefreshedAt,
    DateOnly? ShownUntil,
    int? BehindDays,
    bool IsKeyBehind,
    long Rows,
    long WithheldRows)
{
    public static DomainStatusJson Of(DomainStatus status) => new(
        status.Definition.Name, status.Definition.Table, status.Definition.Columns,
        DomainDefinition.NameOf(status.Definition.Period), status.Definition.MinK, status.Definition.LagDays,
        status.Readers, status.RefreshedAt, status.ShownUntil, status.BehindDays, status.IsKeyBehind, status.Rows,
        status.Withheld);
}
