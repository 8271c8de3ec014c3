using System.CommandLine;
using FetchEtl.Logins;
using FetchEtl.Maintenance;
using FetchEtl.Masking;

namespace FetchEtl.Service;

/// <summary>The options of the verbs that rewrite a table's columns: <c>rekey</c> and <c>adopt</c>.</summary>
internal sealed class TableArguments
{
    public Option<string> Table { get; } = new("--table")
    {
        Description = "The name of the table, written as in SQL.",
        DefaultValueFactory = _ => LoginTables.DefaultTable,
    };

    public Option<string[]> Columns { get; } = new("--column")
    {
        Description = "A column and its field, as masked_ip=ip. Repeat the option for each column. The fields are " +
            $"{PiiFields.Names}.",
    };

    public Option<int> BatchSize { get; } = new("--batch-size")
    {
        Description = "Blocks of the table (8 KiB, about thirty rows each) in one transaction, 1 to " +
            $"{MaintenanceLimits.MaxBatchBlocks}.",
        DefaultValueFactory = _ => MaintenanceLimits.DefaultBatchBlocks,
    };

    /// <summary>Checks the arguments and reports all problems at once.</summary>
    /// <param name="parsed">The arguments.</param>
    /// <param name="options">Valid settings, which may name the masked fields.</param>
    /// <returns>The columns; empty where the command line names none.</returns>
    /// <exception cref="UsageException">An argument is invalid.</exception>
    public IReadOnlyList<MaskedColumn> Check(ParseResult parsed, MaskingOptions options)
    {
        var problems = new List<string>();
        var columns = new List<MaskedColumn>();
        foreach (var text in parsed.GetValue(Columns) ?? [])
        {
            var equals = text.LastIndexOf('=');
            if (equals < 1 || !PiiFields.TryParse(text[(equals + 1)..], out var field))
            {
                problems.Add(
                    $"--column '{text}' must be a column, =, and one of {PiiFields.Names}, as in masked_ip=ip.");
            }
            else if (columns.Exists(column => column.Name == text[..equals]))
            {
                problems.Add($"--column names {text[..equals]} twice.");
            }
            else if (options.Fields.Count > 0 && !options.Fields.Contains(field.Name()))
            {
                problems.Add(NotMasked(text, field));
            }
            else
            {
                columns.Add(new MaskedColumn(text[..equals], field));
            }
        }

        if (parsed.GetValue(BatchSize) is < 1 or > MaintenanceLimits.MaxBatchBlocks)
        {
            problems.Add(
                $"--batch-size must be 1 to {MaintenanceLimits.MaxBatchBlocks} blocks, is " +
                $"{parsed.GetValue(BatchSize)}.");
        }

        return problems.Count == 0
            ? columns
            : throw new UsageException(problems);
    }

    /// <summary>Checks the columns against what the table decides, once the database can be asked.</summary>
    /// <exception cref="UsageException">A column's field is not masked.</exception>
    public static void RequireMasked(IReadOnlyList<MaskedColumn> columns, TableSettings settings)
    {
        string[] problems =
        [
            .. columns.Where(column => !settings.Masks(column.Field))
                .Select(column => NotMasked($"{column.Name}={column.Field.Name()}", column.Field)),
        ];
        if (problems.Length > 0)
        {
            throw new UsageException(problems);
        }
    }

    private static string NotMasked(string column, PiiField field) =>
        $"--column '{column}': {field.Name()} is not masked; name it in Masking:Fields, here and for the service, " +
        "and vouch for that with 'fetch-etl keys register'.";
}
