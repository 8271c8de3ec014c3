using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using FetchEtl.Maintenance;

namespace FetchEtl.Service;

/// <summary>Creates or drops the indexes that analysts need.</summary>
internal static class IndexesCommand
{
    private static readonly string Names = string.Join(", ", AnalystIndex.All.Select(index => index.Column));

    private static readonly Option<string> Columns = new("--columns")
    {
        Description = $"The columns whose index is meant, with commas between them. All without it: {Names}.",
    };

    private static readonly Option<bool> Drop = new("--drop") { Description = "Drop the indexes instead." };

    private static readonly Option<bool> DryRun = new("--dry-run")
    {
        Description = "Say which indexes there are, and change nothing.",
    };

    private static readonly Option<bool> Json = new("--json")
    {
        Description = "Print the indexes as one line of JSON.",
    };

    public static Command Create() => Verb.Create(
        "indexes",
        "Creates the indexes of user_logins that analysts need, while the service writes. A second run continues an "
        + "interrupted one. Each slows the service down: docs/indexes.md. Exit code 3: one is not complete.",
        RunAsync,
        Columns, Drop, DryRun, Json).WithExamples(
            "fetch-etl indexes --dry-run", "fetch-etl indexes --columns masked_ip,user_id", "fetch-etl indexes --drop");

    private static async Task<int> RunAsync(ParseResult parsed, string[] settings, CancellationToken cancellationToken)
    {
        var chosen = Choose(parsed.GetValue(Columns));
        var (drops, isDryRun) = (parsed.GetValue(Drop), parsed.GetValue(DryRun));
        await using var database = DatabaseSetting.Open(settings);
        var indexes = new AnalystIndexes(
            database, TimeProvider.System, text => StandardError.WriteLine($"fetch-etl: {text}."));
        return await DatabaseWork.RunAsync(
            async () =>
            {
                if (!isDryRun && drops)
                {
                    await indexes.DropAsync(chosen, cancellationToken);
                }
                else if (!isDryRun)
                {
                    await ProgressDisplay.RunAsync("indexing", "tables", async display =>
                    {
                        await indexes.CreateAsync(
                            chosen,
                            (done, total, stage) => display.Report(new WorkProgress(done, total, stage)),
                            cancellationToken);
                        return true;
                    });
                }

                var states = await indexes.ReadAsync(chosen, cancellationToken);
                Write(states, parsed.GetValue(Json));
                return isDryRun || states.All(state => drops ? !state.Exists : state.IsValid)
                    ? Verb.Succeeded
                    : Verb.LeftBehind;
            },
            "indexes belong to the owner of the tables. --dry-run needs no right",
            () => "stopped. Complete indexes stay; run 'fetch-etl indexes' again with the same options for the rest.",
            cancellationToken);
    }

    private static IReadOnlyList<AnalystIndex> Choose(string? columns)
    {
        if (columns is null)
        {
            return AnalystIndex.All;
        }

        var names = columns.Split(',', StringSplitOptions.TrimEntries);
        var unknown = names.Where(name => AnalystIndex.All.All(index => index.Column != name)).ToList();
        return unknown.Count == 0
            ? [.. AnalystIndex.All.Where(index => names.Contains(index.Column))]
            : throw new UsageException(
                $"there is no index on '{string.Join(", ", unknown)}': the columns are {Names}.");
    }

    private static void Write(IReadOnlyList<AnalystIndexState> states, bool isJson)
    {
        if (isJson)
        {
            Console.WriteLine(JsonSerializer.Serialize(
                [.. states.Select(IndexJson.Of)], IndexesJson.Default.IReadOnlyListIndexJson));
            return;
        }

        foreach (var state in states)
        {
            Console.WriteLine($"{state.Index.Name} ({state.Index.Keys}; {state.Index.Method}): " + state switch
            {
                { IsValid: true } => $"complete, {Words.Bytes(state.Bytes)}.",
                { Exists: true } => $"not complete, on {state.Indexed} of {Words.Count(state.Tables, "table")}.",
                _ => "there is none.",
            });
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(IReadOnlyList<IndexJson>))]
internal sealed partial class IndexesJson : JsonSerializerContext;

/// <summary>One index of <c>indexes --json</c>.</summary>
internal sealed record IndexJson(
    string Name, string Method, string Keys, bool Exists, bool Valid, int Tables, int IndexedTables, long Bytes)
{
    public static IndexJson Of(AnalystIndexState state) => new(
        state.Index.Name, state.Index.Method, state.Index.Keys, state.Exists, state.IsValid, state.Tables,
        state.Indexed, state.Bytes);
}
