using System.Xml;

namespace FetchEtl.Sqs;

/// <summary>
/// Reads the XML of a reply as far as SQS sends it. Deeper, wider or attributed XML is rejected before its elements are
/// held, because the translation recurses into elements and compares their names.
/// </summary>
internal sealed class QueryReplyReader : XmlTextReader
{
    /// <summary>SQS nests seven: the value of a binary list in an attribute of a received message.</summary>
    private const int DeepestElement = 16;

    /// <summary>Ten messages with all their attributes have less than a thousand, a page of queues as many.</summary>
    private const int MostElements = 20_000;

    /// <summary>SQS sends one: the namespace.</summary>
    private const int MostAttributes = 16;

    private int _elements;

    public QueryReplyReader(byte[] content)
        : base(new MemoryStream(content))
    {
        DtdProcessing = DtdProcessing.Prohibit;
        XmlResolver = null;
    }

    public override bool Read()
    {
        var read = base.Read();
        if (read && NodeType == XmlNodeType.Element
            && (Depth > DeepestElement || ++_elements > MostElements || AttributeCount > MostAttributes))
        {
            throw new XmlException("The reply has more elements or attributes than SQS sends.");
        }

        return read;
    }
}
