using System.Text;

namespace FetchEtl.Local;

/// <summary>Pages through queues in the order of their names; the token holds the last name seen.</summary>
internal static class Page
{
    private const int Default = 1000;

    public static (List<SqsQueue> Queues, string? NextToken) Of(IEnumerable<SqsQueue> sorted, string? token, int? max)
    {
        if (max is < 1 or > Default)
        {
            throw SqsError.InvalidValue("MaxResults", max, "Must be between 1 and 1000, if provided.");
        }

        var after = token is null ? null : Decode(token);
        var page = sorted.SkipWhile(queue => after is not null && string.CompareOrdinal(queue.Name, after) <= 0)
            .Take((max ?? Default) + 1).ToList();
        if (page.Count <= (max ?? Default))
        {
            return (page, null);
        }

        // Without MaxResults SQS answers the first thousand and gives no token.
        page.RemoveAt(page.Count - 1);
        return (page, max is null ? null : Convert.ToBase64String(Encoding.UTF8.GetBytes(page[^1].Name)));
    }

    private static string Decode(string token)
    {
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(token));
        }
        catch (FormatException)
        {
            throw SqsError.InvalidValue("NextToken", token, "It was not given by an earlier page.");
        }
    }
}
