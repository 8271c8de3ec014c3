using System.Text;

namespace FetchEtl.Sqs;

/// <summary>
/// What a body holds, for programs that look at dead letters. A pointer to S3 is named and not followed.
/// </summary>
public sealed class SqsBody
{
    private const int MostWrappers = 3;

    private SqsBody(IReadOnlyList<WrapperKind> wrappers, ReadOnlyMemory<byte> content, string? problem)
    {
        Wrappers = wrappers;
        Content = content;
        Problem = problem;
    }

    /// <summary>The wrappers, outermost first. A pointer to S3 is the last.</summary>
    public IReadOnlyList<WrapperKind> Wrappers { get; }

    /// <summary>What stands in the innermost wrapper, in UTF-8: the message, or the pointer.</summary>
    public ReadOnlyMemory<byte> Content { get; }

    /// <summary>
    /// Why the body becomes a dead letter, as <c>is not a notification of SNS</c>; null where it does
    /// not. The text is fixed and holds no value.
    /// </summary>
    public string? Problem { get; }

    /// <summary>Takes the wrappers off as an endpoint does.</summary>
    /// <param name="body">The body of a message.</param>
    /// <param name="unwrap">What the endpoint expects.</param>
    public static SqsBody Open(string body, SqsUnwrap unwrap)
    {
        var (steps, wrappers, content) = (new WrapperSteps(unwrap), new List<WrapperKind>(), Bytes(body));
        try
        {
            while (true)
            {
                if (S3Pointer.Read(content) is not null)
                {
                    wrappers.Add(WrapperKind.S3Pointer);
                    break;
                }

                if (steps.TryOpen(content) is not { } opened)
                {
                    break;
                }

                wrappers.Add(opened.Kind);
                content = opened.Inside;
            }

            return new SqsBody(wrappers, content, problem: null);
        }
        catch (BrokenBodyException broken)
        {
            return new SqsBody(wrappers, content, broken.Reason);
        }
    }

    /// <summary>
    /// Everything in a body that could be the message, whatever an endpoint expects: the body itself, and what stands
    /// where SNS and EventBridge put a message, three wrappers deep.
    /// </summary>
    /// <param name="body">The body of a message.</param>
    public static IEnumerable<ReadOnlyMemory<byte>> Candidates(string body) => Candidates(Bytes(body), MostWrappers);

    /// <summary>Whether a content is a pointer to S3, also a malformed one.</summary>
    /// <param name="content">One of the <see cref="Candidates(string)"/>.</param>
    public static bool IsPointer(ReadOnlyMemory<byte> content)
    {
        try
        {
            return S3Pointer.Read(content.Span) is not null;
        }
        catch (BrokenBodyException)
        {
            return true;
        }
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Candidates(byte[] content, int depth)
    {
        yield return content;
        if (depth == 0)
        {
            yield break;
        }

        foreach (var inner in WrapperRoot.Read(content).Insides().SelectMany(x => Candidates(x, depth - 1)))
        {
            yield return inner;
        }
    }

    private static byte[] Bytes(string body) => Encoding.UTF8.GetBytes(body);
}
