using System.Text;
using System.Text.Json;
using FetchEtl.Masking;
using FetchEtl.Sqs;

namespace FetchEtl.Service;

/// <summary>
/// What may be shown of a body: the masks of personal fields, and kinds and sizes of all else. No value, and no name
/// of a key that the contract does not know. Of a wrapper only its kind: a producer chooses subjects, attributes,
/// detail types, and the keys of objects in S3.
/// </summary>
/// <param name="Bytes">The size of the body, wrappers included.</param>
/// <param name="Kind">What it is, or what stands in the wrappers.</param>
/// <param name="Fields">The fields of the contract that are present there.</param>
/// <param name="UnknownKeys">What the other keys hold.</param>
internal sealed record MaskedBody(
    int Bytes, string Kind, IReadOnlyList<MaskedField> Fields, IReadOnlyList<string> UnknownKeys)
{
    /// <summary>The contract's keys, each with the personal field that it holds.</summary>
    private static readonly (string Key, PiiField? Field)[] Contract =
    [
        ("user_id", PiiField.UserId), ("app_version", null), ("device_type", null), ("ip", PiiField.Ip),
        ("locale", null), ("device_id", PiiField.DeviceId),
    ];

    /// <summary>The wrappers that were taken off, outermost first; null where there are none.</summary>
    public IReadOnlyList<string>? Wrappers { get; init; }

    /// <summary>Why the service does not unwrap it; null where it does, or there is nothing to unwrap.</summary>
    public string? Problem { get; init; }

    /// <summary>Reads a body as the service does, except that it follows no pointer to S3.</summary>
    /// <param name="body">The body of the letter.</param>
    /// <param name="unwrap">What the service expects.</param>
    /// <param name="masker">Masks personal fields.</param>
    public static MaskedBody Read(string body, SqsUnwrap unwrap, IPiiMasker masker)
    {
        var opened = SqsBody.Open(body, unwrap);
        var shown = opened.Wrappers is [.., WrapperKind.S3Pointer]
            ? new MaskedBody(0, NameOf(WrapperKind.S3Pointer), [], [])
            : Read(opened.Content, masker);
        string[] wrappers = [.. opened.Wrappers.Where(kind => kind != WrapperKind.S3Pointer).Select(NameOf)];
        return shown with
        {
            Bytes = Encoding.UTF8.GetByteCount(body),
            Wrappers = wrappers.Length == 0 ? null : wrappers,
            Problem = opened.Problem ?? NotExpected(body, opened, unwrap),
        };
    }

    /// <summary>Reads a body without wrappers.</summary>
    public static MaskedBody Read(ReadOnlyMemory<byte> body, IPiiMasker masker)
    {
        var bytes = body.Length;
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                return new(bytes, $"JSON, {KindOf(root)}", [], []);
            }

            var inner = Envelope(root);
            var (fields, unknown) = Members(inner ?? root, masker);
            return new(bytes, inner is null ? "a JSON object" : "a message of MassTransit", fields, unknown);
        }
        catch (JsonException)
        {
            return new(bytes, "not JSON, or nested deeper than 64 levels", [], []);
        }
    }

    private static string? NotExpected(string body, SqsBody opened, SqsUnwrap unwrap) =>
        SqsBody.Open(body, SqsUnwrap.Auto).Wrappers.Skip(opened.Wrappers.Count).ToList() is [var kind, ..]
            ? $"is {NameOf(kind)}, which Sqs:Unwrap = {unwrap} does not take off"
            : null;

    private static string NameOf(WrapperKind kind) => kind switch
    {
        WrapperKind.Sns => "a notification of SNS",
        WrapperKind.EventBridge => "an event of EventBridge",
        _ => "a pointer to S3, which is not followed",
    };

    /// <summary>The last value of a repeated key counts, as for the service.</summary>
    private static (IReadOnlyList<MaskedField> Fields, IReadOnlyList<string> Unknown) Members(
        JsonElement parent, IPiiMasker masker)
    {
        var values = new JsonElement?[Contract.Length];
        var unknown = new List<string>();
        foreach (var member in parent.EnumerateObject())
        {
            var index = Array.FindIndex(Contract, known => Has(member, known.Key));
            if (index < 0)
            {
                unknown.Add(KindOf(member.Value));
            }
            else
            {
                values[index] = member.Value;
            }
        }

        var fields = Contract.Zip(values)
            .Where(x => x.Second is not null)
            .Select(x => new MaskedField(
                x.First.Key, KindOf(x.Second!.Value), MaskOf(x.First.Field, x.Second.Value, masker)))
            .ToList();
        return (fields, unknown);
    }

    private static string? MaskOf(PiiField? field, JsonElement value, IPiiMasker masker) =>
        field is { } personal && Text(value) is { } text ? masker.Mask(personal, new PersonalText(text)) : null;

    private static JsonElement? Envelope(JsonElement root)
    {
        JsonElement? message = null;
        var hasType = false;
        foreach (var member in root.EnumerateObject())
        {
            if (Array.Exists(Contract, known => Has(member, known.Key)))
            {
                return null;
            }

            hasType |= Has(member, "messageType") && member.Value.ValueKind == JsonValueKind.Array;
            message = Has(member, "message") && member.Value.ValueKind == JsonValueKind.Object ? member.Value : message;
        }

        return hasType ? message : null;
    }

    private static string KindOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => Text(value) is { } text
            ? $"a text of {text.EnumerateRunes().Count()} characters"
            : "a text that is not valid Unicode",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "a truth value",
        JsonValueKind.Object => $"an object of {value.EnumerateObject().Count()} members",
        JsonValueKind.Array => $"an array of {value.GetArrayLength()} items",
        _ => "null",
    };

    private static string? Text(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate.
            return null;
        }
    }

    private static bool Has(JsonProperty member, string key)
    {
        try
        {
            return member.NameEquals(key);
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}

/// <summary>A field of the contract.</summary>
/// <param name="Name">Its key.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="Mask">The mask of a personal text; null for all else.</param>
internal sealed record MaskedField(string Name, string Kind, string? Mask);
