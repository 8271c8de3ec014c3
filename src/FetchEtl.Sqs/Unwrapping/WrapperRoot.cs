using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace FetchEtl.Sqs;

/// <summary>
/// The root of a JSON object, read once: of which wrappers it has keys, and where the message stands in it. Of a
/// repeated key the last value counts.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal struct WrapperRoot
{
    private const int MaxIdLength = 128;

    /// <summary>All keys that SNS writes into a message for SQS.</summary>
    private static readonly (byte[] Name, Part Part)[] SnsKeys =
    [
        ("Type"u8.ToArray(), Part.Type), ("MessageId"u8.ToArray(), Part.SnsId), ("TopicArn"u8.ToArray(), Part.TopicArn),
        ("Message"u8.ToArray(), Part.Message), ("Timestamp"u8.ToArray(), Part.OtherOfSns),
        ("Subject"u8.ToArray(), Part.OtherOfSns), ("SequenceNumber"u8.ToArray(), Part.OtherOfSns),
        ("Signature"u8.ToArray(), Part.OtherOfSns), ("SignatureVersion"u8.ToArray(), Part.OtherOfSns),
        ("SigningCertURL"u8.ToArray(), Part.OtherOfSns), ("UnsubscribeURL"u8.ToArray(), Part.OtherOfSns),
        ("MessageAttributes"u8.ToArray(), Part.OtherOfSns), ("Token"u8.ToArray(), Part.OtherOfSns),
        ("SubscribeURL"u8.ToArray(), Part.OtherOfSns),
    ];

    /// <summary>All keys of an event; <c>replay-name</c> is that of one from an archive.</summary>
    private static readonly (byte[] Name, Part Part)[] EventKeys =
    [
        ("id"u8.ToArray(), Part.EventId), ("detail-type"u8.ToArray(), Part.DetailType),
        ("source"u8.ToArray(), Part.Source), ("detail"u8.ToArray(), Part.Detail),
        ("version"u8.ToArray(), Part.OtherOfEvent), ("account"u8.ToArray(), Part.OtherOfEvent),
        ("time"u8.ToArray(), Part.OtherOfEvent), ("region"u8.ToArray(), Part.OtherOfEvent),
        ("resources"u8.ToArray(), Part.OtherOfEvent), ("replay-name"u8.ToArray(), Part.OtherOfEvent),
    ];

    private static readonly (byte[] Name, Part Part)[] Keys = [.. SnsKeys, .. EventKeys];

    private byte[] _body;
    private Range? _message;
    private Range? _detail;
    private bool _hasDetail;
    private bool _hasTopicArn;
    private bool _hasDetailType;
    private bool _hasSource;
    private bool _hasSnsKeys;
    private bool _hasEventKeys;
    private bool _hasOtherKeys;

    private enum Part
    {
        Unknown,
        Type,
        SnsId,
        TopicArn,
        Message,
        OtherOfSns,
        EventId,
        DetailType,
        Source,
        Detail,
        OtherOfEvent,
    }

    /// <summary>SNS's id of the notification; null where there is none of a plausible form.</summary>
    public string? SnsId { get; private set; }

    /// <summary>EventBridge's id of the event; null where there is none of a plausible form.</summary>
    public string? EventId { get; private set; }

    /// <summary>Whether the type is that of a notification.</summary>
    public bool IsNotification { get; private set; }

    /// <summary>Whether the type is one of those that SNS sends to confirm.</summary>
    public bool IsConfirmation { get; private set; }

    /// <summary>Whether the object is a message of SNS and can be nothing else.</summary>
    public readonly bool IsSurelySns => (IsNotification || IsConfirmation) && SnsId is not null && _hasTopicArn
        && !_hasEventKeys && !_hasOtherKeys;

    /// <summary>Whether the object has the three keys that every event has; others may be missing.</summary>
    public readonly bool IsEvent => _hasDetailType && _hasSource && _hasDetail;

    /// <summary>Whether the object is an event and can be nothing else.</summary>
    public readonly bool IsSurelyEvent => IsEvent && EventId is not null && !_hasSnsKeys && !_hasOtherKeys;

    /// <summary>Reads the root.</summary>
    /// <returns>A root without keys where the body is not a JSON object.</returns>
    public static WrapperRoot Read(byte[] body)
    {
        var root = new WrapperRoot { _body = body };
        try
        {
            var reader = new Utf8JsonReader(body);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return default;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var part = PartOf(ref reader);
                reader.Read();
                root.Take(part, ref reader);
            }

            // Fails where something follows the object.
            reader.Read();
            return root;
        }
        catch (JsonException)
        {
            return default;
        }
    }

    /// <summary>The message in the notification.</summary>
    /// <exception cref="BrokenBodyException">It is no text.</exception>
    public readonly byte[] Message()
    {
        if (_message is not { } range)
        {
            throw BrokenBodyException.WithoutMessage(WrapperKind.Sns);
        }

        var reader = new Utf8JsonReader(_body.AsSpan(range));
        reader.Read();
        if (!reader.ValueIsEscaped)
        {
            return reader.ValueSpan.ToArray();
        }

        try
        {
            var buffer = new byte[reader.ValueSpan.Length];
            return buffer.AsSpan(0, reader.CopyString(buffer)).ToArray();
        }
        catch (InvalidOperationException)
        {
            throw BrokenBodyException.NotUnicode();
        }
    }

    /// <summary>The message in the event.</summary>
    /// <exception cref="BrokenBodyException">It is no object.</exception>
    public readonly byte[] Detail() => _detail is { } range
        ? _body[range]
        : throw BrokenBodyException.WithoutMessage(WrapperKind.EventBridge);

    /// <summary>What stands where SNS and EventBridge put a message, whatever the other keys are.</summary>
    public readonly IReadOnlyList<byte[]> Insides()
    {
        var insides = new List<byte[]>();
        try
        {
            if (_detail is not null)
            {
                insides.Add(Detail());
            }

            if (_message is not null)
            {
                insides.Add(Message());
            }
        }
        catch (BrokenBodyException)
        {
            // The text is not valid Unicode, so nothing can be compared with it.
        }

        return insides;
    }

    private void Take(Part part, ref Utf8JsonReader reader)
    {
        _hasSnsKeys |= part is >= Part.Type and <= Part.OtherOfSns;
        _hasEventKeys |= part >= Part.EventId;
        _hasOtherKeys |= part == Part.Unknown;
        var isText = reader.TokenType == JsonTokenType.String;
        var start = (int)reader.TokenStartIndex;
        switch (part)
        {
            case Part.Type:
                IsNotification = isText && reader.ValueTextEquals("Notification"u8);
                IsConfirmation = isText && (reader.ValueTextEquals("SubscriptionConfirmation"u8)
                    || reader.ValueTextEquals("UnsubscribeConfirmation"u8));
                break;
            case Part.SnsId:
                SnsId = Id(ref reader);
                break;
            case Part.TopicArn:
                _hasTopicArn = isText && reader.ValueSpan.StartsWith("arn:"u8);
                break;
            case Part.EventId:
                EventId = Id(ref reader);
                break;
            case Part.DetailType:
                _hasDetailType = isText;
                break;
            case Part.Source:
                _hasSource = isText;
                break;
        }

        var isObject = reader.TokenType == JsonTokenType.StartObject;
        reader.Skip();
        var value = start..(int)reader.BytesConsumed;
        if (part == Part.Message)
        {
            _message = isText ? value : null;
        }
        else if (part == Part.Detail)
        {
            _hasDetail = true;
            _detail = isObject ? value : null;
        }
    }

    /// <summary>An unknown key may even be invalid Unicode.</summary>
    private static Part PartOf(ref Utf8JsonReader reader)
    {
        try
        {
            foreach (var (name, part) in Keys)
            {
                if (reader.ValueTextEquals(name))
                {
                    return part;
                }
            }
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair.
        }

        return Part.Unknown;
    }

    private static string? Id(ref Utf8JsonReader reader) =>
        reader is { TokenType: JsonTokenType.String, ValueIsEscaped: false, ValueSpan.Length: > 0 and <= MaxIdLength }
            && !reader.ValueSpan.ContainsAnyExceptInRange((byte)' ', (byte)'~')
            ? Encoding.ASCII.GetString(reader.ValueSpan)
            : null;
}
