using System.Globalization;
using System.IO.Compression;
using Npgsql;
using Parquet;
using Parquet.Schema;

namespace FetchEtl.Maintenance;

/// <summary>Writes a Parquet file, a row group at a time: memory is bounded, whatever the file's length.</summary>
internal sealed class LakeFileWriter : IAsyncDisposable
{
    /// <summary>The most rows in a row group: some megabytes, and the most memory that a file needs.</summary>
    public const int RowGroupRows = 65_536;

    /// <summary>Long texts of an adopted table fill a row group sooner.</summary>
    private const long RowGroupCharacters = 32 << 20;

    /// <summary>The digits of a mask's generation, its colon, and 64 hex digits.</summary>
    private const int MaskDigits = 64;

    /// <summary>The columns of the files, in the order in which the table's rows are read.</summary>
    public static readonly IReadOnlyList<LakeColumn> Columns =
    [
        new("user_id", "string"),
        new("masked_ip", "string"),
        new("masked_device_id", "string"),
        new("locale", "string"),
        new("app_version", "int32"),
        new("message_id", "string"),
        new("mask_generation", "int32"),
    ];

    private static readonly ParquetSchema Schema = new(
    [
        .. Columns.Select(column => column.Type == "int32"
            ? (Field)new DataField<int?>(column.Name)
            : new DataField<string>(column.Name)),
    ]);

    /// <summary>Level 1 of zstd: the higher ones take up to 27 times the CPU time and save 3 % of the bytes.</summary>
    private static readonly ParquetOptions Options = new()
    {
        CompressionMethod = CompressionMethod.Zstd,
        CompressionLevel = CompressionLevel.Fastest,
    };

    private readonly ParquetWriter _writer;
    private readonly Rows _rows;
    private readonly SortedSet<int> _generations = [];
    private Int128 _fingerprint;
    private bool _isComplete;

    private LakeFileWriter(ParquetWriter writer, Rows rows)
    {
        _writer = writer;
        _rows = rows;
        rows.Clear();
    }

    /// <summary>The rows so far.</summary>
    public long RowCount { get; private set; }

    /// <summary>The sum of the rows' hashes, as PostgreSQL adds them up.</summary>
    public string Fingerprint => _fingerprint.ToString(CultureInfo.InvariantCulture);

    /// <summary>The key generations of the rows' masks.</summary>
    public IReadOnlyList<int> Generations => [.. _generations];

    /// <param name="stream">Receives the file.</param>
    /// <param name="rows">The memory for a row group, which one writer after the other uses.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<LakeFileWriter> CreateAsync(Stream stream, Rows rows, CancellationToken cancellationToken)
        => new(await ParquetWriter.CreateAsync(Schema, stream, Options, false, cancellationToken), rows);

    /// <summary>Adds the row that the reader stands on.</summary>
    /// <param name="reader">Reads the columns, and the row's hash behind them.</param>
    /// <param name="first">The place of the first column.</param>
    public async ValueTask AddAsync(NpgsqlDataReader reader, int first)
    {
        for (var column = 0; column < Columns.Count; column++)
        {
            var place = first + column;
            if (_rows.Texts[column] is { } texts)
            {
                var text = reader.IsDBNull(place) ? null : reader.GetString(place);
                texts[_rows.Count] = text;
                _rows.Characters += text?.Length ?? 0;
                AddGeneration(text);
            }
            else
            {
                var number = reader.IsDBNull(place) ? (int?)null : reader.GetInt32(place);
                _rows.Numbers[column]![_rows.Count] = number;
                if (number is { } generation && column == Columns.Count - 1)
                {
                    _generations.Add(generation);
                }
            }
        }

        _fingerprint += reader.GetInt64(first + Columns.Count);
        RowCount++;
        _rows.Count++;
        if (_rows.Count == RowGroupRows || _rows.Characters >= RowGroupCharacters)
        {
            await FlushAsync();
        }
    }

    /// <summary>Writes the last rows and the footer.</summary>
    public async Task CompleteAsync()
    {
        if (_rows.Count > 0)
        {
            await FlushAsync();
        }

        _isComplete = true;
        await _writer.DisposeAsync();
    }

    /// <summary>Ends a file that is not complete, and so is never read.</summary>
    public ValueTask DisposeAsync() => _isComplete ? ValueTask.CompletedTask : _writer.DisposeAsync();

    private void AddGeneration(string? text)
    {
        if (text is { Length: > MaskDigits + 1 and <= MaskDigits + 5 } && text[^(MaskDigits + 1)] == ':'
            && int.TryParse(text.AsSpan(0, text.Length - MaskDigits - 1), NumberStyles.None, null, out var generation))
        {
            _generations.Add(generation);
        }
    }

    private async Task FlushAsync()
    {
        using var group = _writer.CreateRowGroup();
        for (var column = 0; column < Columns.Count; column++)
        {
            var field = Schema.DataFields[column];
            if (_rows.Texts[column] is { } texts)
            {
                await group.WriteAsync(field, new ArraySegment<string>(texts!, 0, _rows.Count));
            }
            else
            {
                await group.WriteAsync<int>(field, _rows.Numbers[column].AsMemory(0, _rows.Count));
            }
        }

        group.CompleteValidate();
        _rows.Clear();
    }

    /// <summary>The rows of a row group, by column.</summary>
    internal sealed class Rows
    {
        public string?[]?[] Texts { get; } =
            [.. Columns.Select(column => column.Type == "string" ? new string?[RowGroupRows] : null)];

        public int?[]?[] Numbers { get; } =
            [.. Columns.Select(column => column.Type == "int32" ? new int?[RowGroupRows] : null)];

        public int Count { get; set; }

        public long Characters { get; set; }

        public void Clear()
        {
            foreach (var texts in Texts)
            {
                texts.AsSpan().Clear();
            }

            (Count, Characters) = (0, 0);
        }
    }
}
