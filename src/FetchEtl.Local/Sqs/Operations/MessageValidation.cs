using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace FetchEtl.Local;

/// <summary>Checks a message that a producer sends against the rules and quotas of SQS.</summary>
internal static class MessageValidation
{
    private const string WrongQueueType = "The request include parameter that is not valid for this queue type.";

    /// <summary>
    /// XML 1.0 cannot carry these characters, so SQS rejects them. The decoders have already replaced or rejected
    /// unpaired surrogates.
    /// </summary>
    private static readonly SearchValues<char> Forbidden = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(code => (char)code).Except(['\t', '\n', '\r']), '\uFFFE', '\uFFFF']);

    /// <summary>Printable ASCII, no space.</summary>
    private static readonly SearchValues<char> IdCharacters =
        SearchValues.Create([.. Enumerable.Range('!', '~' - '!' + 1).Select(code => (char)code)]);

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.");

    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789+-.eE \t\r\n");

    /// <summary>Bytes of body and attributes.</summary>
    public static int SizeOf(MessageToSend message)
    {
        var size = Encoding.UTF8.GetByteCount(message.MessageBody ?? "");
        foreach (var (name, value) in message.MessageAttributes ?? [])
        {
            size += Encoding.UTF8.GetByteCount(name) + Encoding.UTF8.GetByteCount(value.DataType ?? "")
                + Encoding.UTF8.GetByteCount(value.StringValue ?? "") + (value.BinaryValue?.Length ?? 0);
        }

        return size;
    }

    public static MessageContent Check(MessageToSend message, StoredQueue queue)
    {
        if (message.MessageBody is not { Length: > 0 } body)
        {
            throw ApiError.Missing("MessageBody");
        }

        if (body.AsSpan().IndexOfAny(Forbidden) >= 0)
        {
            throw ApiError.InvalidMessageContents.With(
                "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | "
                + "#xE000 to #xFFFD | #x10000 to #x10FFFF");
        }

        CheckAttributes(message.MessageAttributes);
        if (SizeOf(message) > queue.Settings.MaximumMessageSize)
        {
            throw ApiError.InvalidParameterValue.With(
                "One or more parameters are invalid. Reason: Message must be shorter than "
                + $"{queue.Settings.MaximumMessageSize} bytes.");
        }

        CheckDelay(message.DelaySeconds, queue);
        return new(body, MessageDigest.Md5(body))
        {
            Attributes = message.MessageAttributes is { Count: > 0 } attributes ? attributes : null,
            AttributesMd5 = MessageDigest.Md5(message.MessageAttributes),
            TraceHeader = TraceHeader(message.MessageSystemAttributes),
            SystemAttributesMd5 = MessageDigest.Md5(message.MessageSystemAttributes),
            GroupId = GroupId(message, queue),
            DeduplicationId = DeduplicationId(message, queue),
        };
    }

    /// <summary>
    /// A batch for a FIFO queue fails as a whole where one entry lacks its group or deduplication id. Recorded at AWS:
    /// LocalStack's <c>test_send_batch_missing_…_for_fifo_queue</c>, where only some entries lack the id. Where all
    /// lack the group id, the error is that of SendMessage.
    /// </summary>
    public static void CheckIdsOfAll(List<SendMessageEntry> entries, StoredQueue queue)
    {
        if (!queue.IsFifo)
        {
            return;
        }

        var missing = entries.Count(entry => entry.MessageGroupId is null);
        if (missing > 0)
        {
            var error = ApiError.Missing("MessageGroupId");
            throw missing == entries.Count ? error : ApiError.InvalidParameterValue.With(error.Message);
        }

        if (!queue.Settings.ContentBasedDeduplication
            && entries.Exists(entry => entry.MessageDeduplicationId is null))
        {
            throw NoDeduplicationId();
        }
    }

    private static ApiException NoDeduplicationId() => ApiError.InvalidParameterValue.With(
        "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly");

    private static void CheckDelay(int? delay, StoredQueue queue)
    {
        if (delay is < 0 or > Quotas.DelaySeconds)
        {
            throw ApiError.InvalidValue(
                "DelaySeconds", delay, $"DelaySeconds must be >= 0 and <= {Quotas.DelaySeconds}.");
        }

        if (queue.IsFifo && delay > 0)
        {
            throw ApiError.InvalidValue("DelaySeconds", delay, WrongQueueType);
        }
    }

    private static string? GroupId(MessageToSend message, StoredQueue queue)
    {
        if (message.MessageGroupId is null && queue.IsFifo)
        {
            throw ApiError.Missing("MessageGroupId");
        }

        return CheckId("MessageGroupId", message.MessageGroupId);
    }

    private static string? DeduplicationId(MessageToSend message, StoredQueue queue)
    {
        if (!queue.IsFifo)
        {
            return message.MessageDeduplicationId is { } id
                ? throw ApiError.InvalidValue("MessageDeduplicationId", id, WrongQueueType)
                : null;
        }

        if (message.MessageDeduplicationId is not null)
        {
            return CheckId("MessageDeduplicationId", message.MessageDeduplicationId);
        }

        return queue.Settings.ContentBasedDeduplication
            ? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(message.MessageBody!)))
            : throw NoDeduplicationId();
    }

    private static string? CheckId(string parameter, string? id) =>
        id is null || (id.Length is > 0 and <= Quotas.MessageIdLength && !id.AsSpan().ContainsAnyExcept(IdCharacters))
            ? id
            : throw ApiError.InvalidValue(
                parameter,
                id,
                $"{parameter} can only include alphanumeric and punctuation characters. "
                + $"1 to {Quotas.MessageIdLength} in length.");

    private static string? TraceHeader(Dictionary<string, AttributeValue>? attributes)
    {
        foreach (var (name, value) in attributes ?? [])
        {
            if (name != "AWSTraceHeader")
            {
                throw ApiError.InvalidParameterValue.With(
                    $"Message system attribute name '{name}' is invalid. Only 'AWSTraceHeader' can be sent.");
            }

            if (value.DataType != "String" || string.IsNullOrEmpty(value.StringValue))
            {
                throw ApiError.InvalidParameterValue.With(
                    "Message system attribute 'AWSTraceHeader' must contain a non-empty value of type 'String'.");
            }
        }

        return attributes?.GetValueOrDefault("AWSTraceHeader")?.StringValue;
    }

    private static void CheckAttributes(Dictionary<string, AttributeValue>? attributes)
    {
        if (attributes is null)
        {
            return;
        }

        if (attributes.Count > Quotas.MessageAttributes)
        {
            throw ApiError.InvalidParameterValue.With(
                $"Number of message attributes [{attributes.Count}] exceeds the allowed maximum "
                + $"[{Quotas.MessageAttributes}].");
        }

        foreach (var (name, value) in attributes)
        {
            CheckName(name);
            CheckValue(name, value);
        }
    }

    private static void CheckName(string name)
    {
        var reserved = name.StartsWith("AWS.", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith("Amazon.", StringComparison.OrdinalIgnoreCase);
        if (name.AsSpan().ContainsAnyExcept(NameCharacters))
        {
            throw ApiError.InvalidParameterValue.With(
                $"The message attribute name '{name}' is invalid. Attribute name can contain A-Z, a-z, 0-9, underscore "
                + "(_), hyphen (-), and period (.) characters.");
        }

        if (name.Length is 0 or > Quotas.AttributeNameLength || reserved || name[0] == '.' || name[^1] == '.'
            || name.Contains("..", StringComparison.Ordinal))
        {
            throw ApiError.InvalidParameterValue.With(
                $"The message attribute name '{name}' is invalid: use letters, digits, '_', '-' and single inner '.', "
                + $"at most {Quotas.AttributeNameLength} characters, and do not begin with AWS. or Amazon.");
        }
    }

    private static void CheckValue(string name, AttributeValue value)
    {
        var kind = value.DataType?.Split('.', 2)[0];
        if (kind is not ("String" or "Number" or "Binary") || value.DataType!.Length > Quotas.AttributeNameLength)
        {
            throw ApiError.InvalidParameterValue.With(
                $"The message attribute '{name}' has an invalid message attribute type, the set of supported type "
                + "prefixes is Binary, Number, and String.");
        }

        var text = value.StringValue;
        var filled = kind == "Binary" ? value.BinaryValue is { Length: > 0 } : !string.IsNullOrEmpty(text);
        if (!filled || (kind == "Binary" ? text is not null : value.BinaryValue is not null))
        {
            throw ApiError.InvalidParameterValue.With(
                $"Message (user) attribute '{name}' must contain a non-empty value of type '{kind}'.");
        }

        if (kind == "Number" && !IsNumber(text!))
        {
            throw ApiError.InvalidParameterValue.With(
                $"Can't cast the value of message (user) attribute '{name}' to a number.");
        }

        if (text.AsSpan().IndexOfAny(Forbidden) >= 0)
        {
            throw ApiError.InvalidParameterValue.With(
                $"Message (user) attribute '{name}' has characters that are not allowed.");
        }
    }

    /// <summary>
    /// 0, or between 10^-128 and 10^126 (developer guide, "Message attribute data types"). The parser also accepts
    /// words such as <c>NaN</c>, which are no numbers to SQS.
    /// </summary>
    private static bool IsNumber(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
        && !text.AsSpan().ContainsAnyExcept(NumberCharacters)
        && (number == 0 || Math.Abs(number) is >= 1e-128 and <= 1e126);
}
