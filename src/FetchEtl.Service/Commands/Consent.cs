namespace FetchEtl.Service;

/// <summary>Asks at the terminal before something that cannot be undone.</summary>
/// <param name="verb">The verb that asks.</param>
/// <param name="does">What it does, as in <c>overwrites values</c>.</param>
/// <param name="question">What a yes is for, as in <c>overwrite them</c>.</param>
/// <param name="untouched">What was not done without an answer, as a sentence.</param>
internal sealed class Consent(string verb, string does, string question, string untouched)
{
    /// <exception cref="UsageException">There is no terminal to ask at.</exception>
    public void RequireTerminal()
    {
        if (Console.IsInputRedirected)
        {
            throw new UsageException(
                $"{verb} asks before it {does}, and there is no terminal to ask at: add --yes where you are sure. "
                + untouched);
        }
    }

    /// <summary>Asks; no answer means no.</summary>
    /// <exception cref="UsageException">There is no terminal to ask at.</exception>
    public async Task<bool> AskAsync(CancellationToken cancellationToken)
    {
        RequireTerminal();
        StandardError.WriteLine($"fetch-etl: type 'yes' to {question}.");
        var answer = await StandardInput.ReadLineAsync(cancellationToken);
        return string.Equals(answer?.Trim(), "yes", StringComparison.OrdinalIgnoreCase);
    }
}
