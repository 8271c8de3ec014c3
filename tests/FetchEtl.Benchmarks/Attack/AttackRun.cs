using System.Security.Cryptography;

namespace FetchEtl.Benchmarks;

/// <summary>Tries to reverse the masks of a table, field by field.</summary>
/// <param name="options">How long.</param>
/// <param name="report">Gets each sweep's figures when it is done.</param>
internal sealed class AttackRun(AttackOptions options, Action<SweepFigures> report)
{
    /// <summary>Attacks a column.</summary>
    /// <param name="table">Where the masks are.</param>
    /// <param name="field">The column and the values that are tried.</param>
    /// <param name="key">
    /// The key of the default method, where it is known: its sweep is the control, without which "recovered 0" could mean a
    /// sweep that finds nothing at all.
    /// </param>
    /// <param name="cancellationToken">Ends it with <see cref="OperationCanceledException"/>.</param>
    /// <returns>The masks of the column.</returns>
    public async Task<MaskForms> AttackAsync(MaskTable table, AttackedField field, byte[]? key, CancellationToken cancellationToken)
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
            Try("Hmac", masks.Hmac, KeyedHash.OfField("HMAC, a random key", RandomNumberGenerator.GetBytes(32), field.Name), options.SampleLimit);
        }

        if (masks.Hmac.Count > 0 && key is not null)
        {
            Try("Hmac", masks.Hmac, KeyedHash.OfField("HMAC, the key itself", key, field.Name), options.SampleLimit);
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
