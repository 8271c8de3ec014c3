using System.Text.Json.Serialization;
using FetchEtl.Logins;
using FetchEtl.Maintenance;

namespace FetchEtl.Service;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SubjectFound))]
[JsonSerializable(typeof(SubjectErased))]
internal sealed partial class SubjectJson : JsonSerializerContext;

/// <summary>What is stored about a person, in numbers.</summary>
/// <param name="Rows">Rows of <c>user_logins</c>.</param>
/// <param name="FirstRow">The date of the oldest.</param>
/// <param name="LastRow">The date of the newest.</param>
/// <param name="SealedValues">Entries of <c>pii_vault</c>.</param>
/// <param name="FirstSealed">The date of the oldest.</param>
/// <param name="LastSealed">The date of the newest.</param>
/// <param name="DeadLetters">Dead letters; null where they were left out.</param>
/// <param name="FirstDeadLetter">When the oldest was sent.</param>
/// <param name="LastDeadLetter">When the newest was sent.</param>
/// <param name="PastTables">The kept table of a conversion and detached partitions.</param>
/// <param name="IsComplete">Whether all dead letters and tables were seen.</param>
internal sealed record SubjectFound(
    long Rows,
    DateOnly? FirstRow,
    DateOnly? LastRow,
    long SealedValues,
    DateOnly? FirstSealed,
    DateOnly? LastSealed,
    long? DeadLetters,
    DateTimeOffset? FirstDeadLetter,
    DateTimeOffset? LastDeadLetter,
    IReadOnlyList<PastTableFound> PastTables,
    bool IsComplete)
{
    /// <summary>Counts a person's data, and says on standard error what could not be seen.</summary>
    public static async Task<SubjectFound> CountAsync(SubjectSession session, CancellationToken cancellationToken)
    {
        var rows = await session.Rows.CountAsync(cancellationToken);
        var entries = await session.Vault.FindAsync(cancellationToken);
        var dates = entries.Select(entry => (DateOnly?)entry.CreatedAt).ToList();
        var past = await PastTableFound.CountAsync(session, cancellationToken);
        var letters = session.Letters;
        var isLeft = letters is not null && await letters.RunAsync(deletes: false, found: null, cancellationToken);
        return new SubjectFound(
            rows.Rows, rows.First, rows.Last, entries.Count, dates.Min(), dates.Max(),
            letters?.Matched, letters?.First, letters?.Last, past,
            !isLeft && letters?.IsStopped != true && past.All(table => table.Problem is null));
    }

    /// <summary>What was shown, for <c>audit_log</c>.</summary>
    public SubjectTally ToTally() =>
        new(Rows + PastTables.Sum(table => table.Rows ?? 0), DeadLetters ?? 0, SealedValues);

    /// <summary>Prints it, a line for each place.</summary>
    /// <param name="queue">The dead-letter queue; null where it was left out.</param>
    public void Write(string? queue)
    {
        Line(LoginTables.DefaultTable, Rows, "row", FirstRow, LastRow);
        foreach (var table in PastTables)
        {
            if (table.Rows is { } rows)
            {
                Line(table.Name, rows, "row", table.FirstRow, table.LastRow);
            }
            else
            {
                Console.WriteLine($"{table.Name}: not searched, {table.Problem}");
            }
        }

        Line("pii_vault", SealedValues, "entry", FirstSealed, LastSealed);
        if (queue is not null)
        {
            Line(queue, DeadLetters ?? 0, "letter", DateOf(FirstDeadLetter), DateOf(LastDeadLetter));
        }

        static DateOnly? DateOf(DateTimeOffset? time) =>
            time is { } at ? DateOnly.FromDateTime(at.UtcDateTime) : null;
    }

    private static void Line(string place, long count, string unit, DateOnly? first, DateOnly? last)
    {
        var units = count == 1 ? unit : unit == "entry" ? "entries" : $"{unit}s";
        var dates = first is null ? string.Empty : first == last ? $", of {first:o}" : $", {first:o} to {last:o}";
        Console.WriteLine($"{place}: {Words.Number(count)} {units}{dates}");
    }
}

/// <summary>What an erasure did.</summary>
/// <param name="RowsMasked">Rows that have random masks now, of all tables.</param>
/// <param name="RowsDeleted">Rows that are gone, of all tables.</param>
/// <param name="SealedValues">Entries that are gone from <c>pii_vault</c>.</param>
/// <param name="DeadLetters">Dead letters that are gone; null where they were left out.</param>
/// <param name="TablesLeft">Tables with former rows of <c>user_logins</c> that were not erased, and why.</param>
/// <param name="IsComplete">Whether nothing that the verb covers is left.</param>
internal sealed record SubjectErased(
    long RowsMasked,
    long RowsDeleted,
    long SealedValues,
    long? DeadLetters,
    IReadOnlyList<PastTable> TablesLeft,
    bool IsComplete);
