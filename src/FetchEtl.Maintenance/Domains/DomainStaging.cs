using FetchEtl.Logins;
using FetchEtl.Masking;
using Npgsql;
using NpgsqlTypes;

namespace FetchEtl.Maintenance;

/// <summary>
/// Copies the rows to show from one session to a temporary table of another, and masks them on the way. One row at a
/// time is in memory.
/// </summary>
internal sealed class DomainStaging(DomainDefinition definition, DomainMasker masker)
{
    private const int ReportEvery = 10_000;

    private const string Count =
        """
        SELECT pg_catalog.count(*) FILTER (WHERE create_date < @until),
            pg_catalog.count(*) FILTER (WHERE create_date >= @until),
            pg_catalog.count(*) FILTER (WHERE create_date IS NULL)
        FROM user_logins
        """;

    private const string Read =
        """
        SELECT user_id::text, device_type::text, masked_ip::text, masked_device_id::text, locale::text, app_version,
            create_date, mask_generation
        FROM user_logins WHERE create_date < @until
        """;

    private readonly DomainGroups _groups = new(definition, masker);

    private readonly bool[] _isMaskShown = [.. DomainDefinition.MaskColumns.Select(definition.Columns.Contains)];

    /// <summary>Copies the rows before a day.</summary>
    /// <param name="source">The session that reads, in a transaction with one snapshot.</param>
    /// <param name="target">The session that has the temporary table.</param>
    /// <param name="until">The first day that is left out.</param>
    /// <param name="progress">Receives the rows that are copied.</param>
    /// <param name="cancellationToken">Ends the copy.</param>
    /// <returns>The rows of later days, and those without a date.</returns>
    public async Task<(long NotYet, long Undated)> RunAsync(
        LoginDatabase source,
        LoginDatabase target,
        DateOnly until,
        IProgress<DomainProgress> progress,
        CancellationToken cancellationToken)
    {
        var (total, notYet, undated) = (await source.QueryAsync(
            Count,
            static reader => (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2)),
            cancellationToken,
            SqlCommands.Parameter("until", until)))[0];
        progress.Report(new DomainProgress("masking", 0, total));

        await using var command = new NpgsqlCommand(Read, source.Connection)
        {
            CommandTimeout = 0,
            Parameters = { SqlCommands.Parameter("until", until) },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var connection = target.Connection;
        await using var copy = await connection.BeginBinaryImportAsync(DomainSql.Copy, cancellationToken);
        var row = 0L;
        while (await reader.ReadAsync(cancellationToken))
        {
            await WriteAsync(copy, ++row, reader, cancellationToken);
            if (row % ReportEvery == 0)
            {
                progress.Report(new DomainProgress("masking", row, total));
            }
        }

        await copy.CompleteAsync(cancellationToken);
        progress.Report(new DomainProgress("masking", row, total));
        return (notYet, undated);
    }

    private async Task WriteAsync(
        NpgsqlBinaryImporter copy, long row, NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var date = reader.GetFieldValue<DateOnly>(6);
        var start = definition.Period.StartOf(date);
        var period = definition.Period.Text(start);
        int? generation = reader.IsDBNull(7) ? null : reader.GetInt16(7);

        // The order of DomainDefinition.MaskColumns. Users are counted also where they are not shown.
        string?[] masks =
        [
            masker.Mask(PiiField.UserId, Text(reader, 0), generation: null, period),
            Mask(1, PiiField.Ip, Text(reader, 2)),
            Mask(2, PiiField.DeviceId, Text(reader, 3)),
        ];
        var present = 0;
        for (var place = 0; place < masks.Length; place++)
        {
            present |= _isMaskShown[place] && masks[place] is not null ? 1 << place : 0;
        }

        var (device, locale) = (Text(reader, 1), Text(reader, 4));
        int? version = reader.IsDBNull(5) ? null : reader.GetInt32(5);
        var groups = _groups.Of(new(period, present, device, locale, version, date));

        await copy.StartRowAsync(cancellationToken);
        await copy.WriteAsync(row, NpgsqlDbType.Bigint, cancellationToken);
        await WriteNullableAsync(copy, start, NpgsqlDbType.Date, cancellationToken);
        await WriteTextAsync(copy, masks[0], cancellationToken);
        await WriteTextAsync(copy, device, cancellationToken);
        await WriteTextAsync(copy, masks[1], cancellationToken);
        await WriteTextAsync(copy, masks[2], cancellationToken);
        await WriteTextAsync(copy, locale, cancellationToken);
        await WriteNullableAsync(copy, version, NpgsqlDbType.Integer, cancellationToken);
        await copy.WriteAsync(date, NpgsqlDbType.Date, cancellationToken);
        foreach (var group in groups)
        {
            await copy.WriteAsync(group, NpgsqlDbType.Bigint, cancellationToken);
        }

        string? Mask(int place, PiiField field, string? stored) =>
            _isMaskShown[place] ? masker.Mask(field, stored, generation, period) : null;
    }

    private static string? Text(NpgsqlDataReader reader, int ordinal) =>
        reader.IsDBNull(ordinal) ? null : reader.GetString(ordinal);

    private static Task WriteTextAsync(
        NpgsqlBinaryImporter copy, string? text, CancellationToken cancellationToken) => text is null
        ? copy.WriteNullAsync(cancellationToken)
        : copy.WriteAsync(text, NpgsqlDbType.Text, cancellationToken);

    private static Task WriteNullableAsync<T>(
        NpgsqlBinaryImporter copy, T? value, NpgsqlDbType type, CancellationToken cancellationToken)
        where T : struct => value is { } present
        ? copy.WriteAsync(present, type, cancellationToken)
        : copy.WriteNullAsync(cancellationToken);
}
