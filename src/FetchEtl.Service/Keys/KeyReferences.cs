using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using FetchEtl.Masking;
using Microsoft.Extensions.Configuration;

namespace FetchEtl.Service;

/// <summary>
/// Replaces the masking keys that settings only name by the keys themselves: AWS decrypts them. Each key is asked for
/// once, however often the settings of one process are read.
/// </summary>
internal sealed class KeyReferences
{
    /// <summary>The time for all keys, with the SDK's retries.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private static readonly ConditionalWeakTable<IConfiguration, KeyReferences> All = [];

    private readonly ConcurrentDictionary<KeyReference, KeyOutcome> _known = [];
    private readonly KeyStore _store;

    private KeyReferences(IConfiguration configuration) =>
        _store = new KeyStore(configuration, Environment.GetEnvironmentVariable);

    /// <summary>Returns the keys that were found for this configuration.</summary>
    public static KeyReferences Of(IConfiguration configuration) =>
        All.GetValue(configuration, static key => new KeyReferences(key));

    /// <summary>Puts the keys into the settings, each at its index. A file that names a key is left out then.</summary>
    /// <param name="masking">The settings.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>A problem for each key that AWS did not return. It names the setting, never a value.</returns>
    /// <exception cref="OperationCanceledException">The wait was stopped.</exception>
    public IReadOnlyList<string> Resolve(MaskingOptions masking, CancellationToken cancellationToken)
    {
        var named = Named(masking);
        if (named.Count == 0)
        {
            return [];
        }

        // Settings are read by code that cannot wait, and at start nothing else has to run.
        FindAsync([.. named.Select(x => x.Reference)], cancellationToken).GetAwaiter().GetResult();
        var problems = new List<string>();
        foreach (var (index, setting, reference) in named)
        {
            var outcome = _known[reference];
            if (outcome.Key is null)
            {
                problems.Add($"{setting} {outcome.Problem}: {outcome.Remedy}.");
                continue;
            }

            while (masking.Keys.Count <= index)
            {
                masking.Keys.Add(string.Empty);
            }

            masking.Keys[index] = outcome.Key;
            if (index < masking.KeyFiles.Count)
            {
                masking.KeyFiles[index] = string.Empty;
            }
        }

        return problems;
    }

    private static List<(int Index, string Setting, KeyReference Reference)> Named(MaskingOptions masking)
    {
        var named = new List<(int, string, KeyReference)>();
        for (var index = 0; index < Math.Max(masking.Keys.Count, masking.KeyFiles.Count); index++)
        {
            var text = masking.Keys.ElementAtOrDefault(index);
            var file = masking.KeyFiles.ElementAtOrDefault(index);
            if (!string.IsNullOrEmpty(text) && !string.IsNullOrEmpty(file))
            {
                // A generation has one key. The validation reports it.
                continue;
            }

            if (!string.IsNullOrEmpty(text) && KeyReference.TryParse(text, out var reference))
            {
                named.Add((index, $"Masking:Keys:{index}", reference));
            }
            else if (!string.IsNullOrEmpty(file) && KeyReference.TryParse(ContentOf(file), out reference))
            {
                named.Add((index, $"Masking:KeyFiles:{index}", reference));
            }
        }

        return named;
    }

    private static string ContentOf(string file)
    {
        try
        {
            return SecretFile.Read(file);
        }
        catch (InvalidDataException)
        {
            // The validation reports a file that cannot be read.
            return string.Empty;
        }
    }

    private async Task FindAsync(KeyReference[] references, CancellationToken cancellationToken)
    {
        var missing = references.Distinct().Where(reference => !_known.ContainsKey(reference)).ToList();
        if (missing.Count == 0)
        {
            return;
        }

        using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        await Task.WhenAll(missing.Select(async reference =>
            _known[reference] = await _store.FindAsync(reference, either.Token, cancellationToken)));
    }
}
