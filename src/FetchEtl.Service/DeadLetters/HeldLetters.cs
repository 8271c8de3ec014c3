using System.Text;

namespace FetchEtl.Service;

/// <summary>
/// The letters that a pass has in flight: their ids, to see each once, and their receipt handles, to return them. SQS
/// allows 120,000, so this takes 100 MB at most.
/// </summary>
internal sealed class HeldLetters
{
    private readonly Dictionary<string, byte[]> _handles = new(StringComparer.Ordinal);

    public int Count => _handles.Count;

    /// <summary>The handles, the newest of each letter.</summary>
    public IEnumerable<string> Handles => _handles.Values.Select(Encoding.UTF8.GetString);

    /// <returns>False where the letter was held already.</returns>
    public bool Add(string id, string handle)
    {
        var isNew = !_handles.ContainsKey(id);
        _handles[id] = Encoding.UTF8.GetBytes(handle);
        return isNew;
    }

    /// <summary>The newest handle of a letter.</summary>
    public string HandleOf(string id) => Encoding.UTF8.GetString(_handles[id]);

    public void Remove(string id) => _handles.Remove(id);
}
