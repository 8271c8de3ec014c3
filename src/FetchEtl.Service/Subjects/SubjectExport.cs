using System.Text.Encodings.Web;
using System.Text.Json;
using FetchEtl.Logins;
using FetchEtl.Masking;

namespace FetchEtl.Service;

/// <summary>
/// The document of an export. Rows are as stored. Sealed values are those that name the person and those that only the
/// person's rows refer to. Bodies of dead letters are whole.
/// </summary>
/// <param name="session">The person.</param>
/// <param name="key">Opens sealed values; null leaves them out.</param>
internal sealed class SubjectExport(SubjectSession session, RevealingKey? key)
{
    // The document is a file, not part of a web page.
    private static readonly JsonWriterOptions Readable = new()
    {
        Indented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public int Rows { get; private set; }

    /// <summary>How many user ids the rows have.</summary>
    public int Users { get; private set; }

    public int SealedValues { get; private set; }

    public int Letters { get; private set; }

    /// <returns>Whether letters are left that were not seen.</returns>
    public async Task<bool> WriteAsync(Stream stream, CancellationToken cancellationToken)
    {
        await using var json = new Utf8JsonWriter(stream, Readable);
        json.WriteStartObject();
        json.WriteString("field", session.Subject.Field.Name());
        await WriteRowsAsync(json, cancellationToken);
        await WriteVaultAsync(json, cancellationToken);
        var isLeft = session.Letters is not null && await WriteLettersAsync(json, cancellationToken);
        json.WriteEndObject();
        await json.FlushAsync(cancellationToken);
        return isLeft;
    }

    private async Task WriteRowsAsync(Utf8JsonWriter json, CancellationToken cancellationToken)
    {
        var users = new HashSet<string>(StringComparer.Ordinal);
        foreach (var table in session.PastRows.Prepend(session.Rows))
        {
            var rows = await table.ReadAsync(cancellationToken);
            Rows += rows.Count;
            users.UnionWith(rows.Select(row =>
                session.Vault.Newest(PiiField.UserId, row.GetProperty(PiiField.UserId.Column()).ToString())));
            json.WriteStartArray(table.Table);
            foreach (var row in rows)
            {
                row.WriteTo(json);
            }

            json.WriteEndArray();
        }

        Users = users.Count;
    }

    private async Task WriteVaultAsync(Utf8JsonWriter json, CancellationToken cancellationToken)
    {
        var entries = await session.Vault.FindAsync(cancellationToken);
        SealedValues = entries.Count;
        json.WriteStartArray("pii_vault");
        foreach (var entry in entries)
        {
            json.WriteStartObject();
            json.WriteString("field", entry.Field);
            json.WriteString("mask", entry.Mask);
            json.WriteString("sealed_on", $"{entry.CreatedAt:o}");
            WriteValue(json, entry);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteValue(Utf8JsonWriter json, SealedValue entry)
    {
        if (key is null)
        {
            return;
        }

        try
        {
            json.WriteString("value", session.Vault.Access.Open(entry, key).Reveal());
        }
        catch (InvalidDataException exception)
        {
            json.WriteString("problem", exception.Message);
        }
    }

    private async Task<bool> WriteLettersAsync(Utf8JsonWriter json, CancellationToken cancellationToken)
    {
        json.WriteStartArray("dead_letters");
        var isLeft = await session.Letters!.RunAsync(
            deletes: false,
            letter =>
            {
                Letters++;
                json.WriteStartObject();
                json.WriteString("message_id", letter.Letter.OriginalId);
                json.WriteString("sent_at", $"{letter.Letter.SentAt:o}");
                json.WriteString("reason", letter.Letter.Reason.Text);
                json.WriteString("body", letter.Message.Body);
                json.WriteEndObject();
            },
            cancellationToken);
        json.WriteEndArray();
        return isLeft;
    }
}
