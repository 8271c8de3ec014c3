using System.Text;

namespace FetchEtl.Sqs.Tests;

/// <summary>XML that no SQS sends. Translated, it would end the process or burn its CPU.</summary>
public sealed class QueryReplyBoundsTests
{
    private const int Deep = 200_000;

    [Fact]
    public void A_reply_nested_deeper_than_SQS_nests_is_no_reply() =>
        Assert.Null(Read(Result(string.Concat(Enumerable.Repeat("<a>", Deep)) + new StringBuilder().Insert(
            0, "</a>", Deep))));

    [Fact]
    public void A_reply_with_more_elements_than_SQS_sends_is_no_reply() =>
        Assert.Null(Read(Result(new StringBuilder().Insert(0, "<a/>", Deep).ToString())));

    [Fact]
    public void A_reply_with_more_attributes_than_SQS_sends_is_no_reply() =>
        Assert.Null(Read(Result($"<a {string.Join(' ', Enumerable.Range(0, 100).Select(i => $"a{i}='v'"))}/>")));

    [Fact]
    public void A_full_page_of_queues_and_ten_full_messages_are_read()
    {
        var attribute = "<MessageAttribute><Name>n</Name><Value><BinaryListValue><BinaryListValue>AA=="
            + "</BinaryListValue></BinaryListValue><DataType>Binary</DataType></Value></MessageAttribute>";
        var message = $"<Message><Body>b</Body>{string.Concat(Enumerable.Repeat(attribute, 10))}</Message>";

        Assert.True(Read(Result(string.Concat(Enumerable.Repeat(message, 10))))!.IsResult);
        Assert.True(Read(Result(string.Concat(Enumerable.Repeat("<QueueUrl>u</QueueUrl>", 1000))))!.IsResult);
    }

    private static string Result(string content) =>
        $"<ReceiveMessageResponse><ReceiveMessageResult>{content}</ReceiveMessageResult></ReceiveMessageResponse>";

    private static QueryReply? Read(string xml) => QueryReply.Read(Encoding.UTF8.GetBytes(xml));
}
