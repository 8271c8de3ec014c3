using System.Security.Cryptography;

namespace FetchEtl.Benchmarks;

/// <summary>Tries to reverse the masks of a table, field by field.</summary>
/// <param name="options">The time limits.</param>
/// <param name="report">Receives the figures of each sweep when it ends.</param>
internal sealed class AttackRun(AttackOptions options, Action<SweepFigures> report)
{
    /// <summary>Attacks the masks of one column.</summary>
    /// <param name="table">The table that holds the masks.</param>
    /// <param name="field">The column and its candidates.</param>
    /// <param name="key">
    /// The key of the default method where it is known, else null. The sweep under this key is the control. Without it,
    /// "recovered 0" could also mean that the sweep is broken.
    /// </param>
    /// <param name="cancellationToken">Ends the attack with <see cref="OperationCanceledException"/>.</param>
    /// <returns>The masks of the column.</returns>
    public async Task<MaskForms> AttackAsync(
        MaskTable table, AttackedField field, byte[]? key, CancellationToken cancellationToken)
    {
        var masks = MaskForms.Sort(await table.ReadAsync(field.Column, cancellationToken));
        if (masks.Sha256.Count > 0)
        {
            Try("Sha256", masks.Sha256, new UnkeyedHash(), options.SweepLimit);
        }

        if (masks.Hmac.Count > 0)
        {
            Try("Hmac", masks.Hmac, new UnkeyedHash(), options.SweepLimit);
            Try("Hmac", masks.Hmac, new KeyedHash("HMAC, empty key", []), options.SampleLimit);
            var guess = KeyedHash.OfField("HMAC, a random key", RandomNumberGenerator.GetBytes(32), field.Name);
            Try("Hmac", masks.Hmac, guess, options.SampleLimit);
        }

        if (masks.Hmac.Count > 0 && key is not null)
        {
            var control = KeyedHash.OfField("HMAC, the key itself", key, field.Name);
            Try("Hmac", masks.Hmac, control, options.SampleLimit);
        }

        return masks;

        void Try(string method, IReadOnlyList<string> digests, ILaneHash hash, TimeSpan limit)
        {
            var targets = new MaskTargets(digests);
            var result = new Sweep(field.Space, hash, targets).Run(limit, cancellationToken);
            report(new SweepFigures
            {
                Method = method,
                Field = field.Name,
                TakenFor = hash.Name,
                Recovered = result.Recovered.Count,
                Masks = targets.Count,
                Seconds = result.Duration.TotalSeconds,
                Tried = result.Tried,
                Candidates = field.Space.Count,
            });
        }
    }
}
