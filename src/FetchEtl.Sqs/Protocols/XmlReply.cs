using System.Xml;
using System.Xml.Linq;

namespace FetchEtl.Sqs;

/// <summary>
/// A reply of the Query protocol. Names are compared without their namespace, which emulators spell as they like.
/// </summary>
internal sealed class XmlReply
{
    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        CheckCharacters = false,
    };

    private readonly XElement _root;

    /// <exception cref="FormatException">The content is not XML.</exception>
    public XmlReply(ReadOnlyMemory<byte> content)
    {
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(content.ToArray()), Settings);
            _root = XElement.Load(reader, LoadOptions.PreserveWhitespace);
        }
        catch (XmlException)
        {
            // The exception may quote what it could not read.
            throw new FormatException("The reply is not XML.");
        }
    }

    /// <summary>Whether this is the reply to a request that succeeded: <c>ReceiveMessageResponse</c> and so on.</summary>
    public bool IsResponse => _root.Name.LocalName is { Length: > 8 } name
        && name.EndsWith("Response", StringComparison.Ordinal) && name != "ErrorResponse";

    /// <summary>The error told of by <c>ErrorResponse</c>, or by the older <c>Response</c> with its <c>Errors</c>.</summary>
    public SqsServiceError? Error
    {
        get
        {
            if (_root.Name.LocalName is not ("ErrorResponse" or "Response"))
            {
                return null;
            }

            var error = _root.Descendants().FirstOrDefault(element => element.Name.LocalName == "Error");
            return error is not null && Optional(error, "Code") is { Length: > 0 } code
                ? new SqsServiceError(
                    SqsErrors.Normalize(code),
                    Optional(error, "Message"),
                    Optional(_root, "RequestId") ?? Optional(_root, "RequestID"))
                : null;
        }
    }

    /// <summary>The elements of a name in the reply's result, <c>ReceiveMessageResult</c> and so on.</summary>
    public IEnumerable<XElement> Results(string name) => Children(Result, name);

    /// <summary>The text of an element that the reply's result must have.</summary>
    /// <exception cref="FormatException">It is missing.</exception>
    public string Required(string name) => Required(Result, name);

    /// <inheritdoc cref="Required(string)"/>
    public static string Required(XElement parent, string name) =>
        Optional(parent, name) ?? throw new FormatException($"The reply has no {name}.");

    public static string? Optional(XElement parent, string name) => Children(parent, name).FirstOrDefault()?.Value;

    public static IEnumerable<XElement> Children(XElement parent, string name) =>
        parent.Elements().Where(element => element.Name.LocalName == name);

    /// <summary>The element of the operation's result; the reply itself where an emulator leaves an empty result out.</summary>
    private XElement Result => IsResponse
        ? _root.Elements().FirstOrDefault(element => element.Name.LocalName.EndsWith("Result", StringComparison.Ordinal)) ?? _root
        : throw new FormatException("The reply is not the operation's XML.");
}
