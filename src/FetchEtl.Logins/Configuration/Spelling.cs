namespace FetchEtl.Logins;

/// <summary>Finds the name that was probably meant.</summary>
internal static class Spelling
{
    /// <returns>The nearest of the names, whatever the case; null where none is near.</returns>
    public static string? Nearest(string word, IEnumerable<string> names) => names
        .Select(name => (Name: name, Distance: Distance(word.ToUpperInvariant(), name.ToUpperInvariant())))
        .Where(x => x.Distance <= Limit(x.Name))
        .OrderBy(x => x.Distance)
        .Select(x => x.Name)
        .FirstOrDefault();

    /// <summary>One slip in a short name, three in a long one.</summary>
    private static int Limit(string name) => name.Length switch
    {
        < 6 => 1,
        < 10 => 2,
        _ => 3,
    };

    /// <summary>
    /// The number of letters inserted, left out, exchanged with their neighbour or replaced. A replaced letter makes
    /// another word of a short name: Sql and Sns are not Sqs.
    /// </summary>
    private static int Distance(string word, string name)
    {
        var replaced = name.Length < 4 ? 2 : 1;
        var cost = new int[word.Length + 1, name.Length + 1];
        for (var i = 0; i <= word.Length; i++)
        {
            for (var j = 0; j <= name.Length; j++)
            {
                cost[i, j] = (i, j) switch
                {
                    (_, 0) => i,
                    (0, _) => j,
                    _ => Math.Min(
                        Math.Min(cost[i - 1, j], cost[i, j - 1]) + 1,
                        cost[i - 1, j - 1] + (word[i - 1] == name[j - 1] ? 0 : replaced)),
                };
                if (i > 1 && j > 1 && word[i - 1] == name[j - 2] && word[i - 2] == name[j - 1])
                {
                    cost[i, j] = Math.Min(cost[i, j], cost[i - 2, j - 2] + 1);
                }
            }
        }

        return cost[word.Length, name.Length];
    }
}
