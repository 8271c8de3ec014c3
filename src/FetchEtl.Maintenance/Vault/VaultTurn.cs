using FetchEtl.Logins;
using FetchEtl.Masking;

namespace FetchEtl.Maintenance;

/// <summary>
/// Keeps a rotation and an erasure by retention apart: the erasure finds the entries of <c>pii_vault</c> by the masks
/// of rows, and a rotation changes both, one after the other. Rotations share the turn.
/// </summary>
internal static class VaultTurn
{
    internal const long Key = 7160283554290183377;

    /// <summary>Takes the turn for a rotation.</summary>
    /// <param name="database">The session, open until the turn ends.</param>
    /// <param name="cancellationToken">Cancels the statement.</param>
    /// <exception cref="MaskingRefusedException">An erasure is running.</exception>
    public static async Task<SessionTurn> TakeForRekeyAsync(
        LoginDatabase database, CancellationToken cancellationToken) =>
        await SessionTurn.TryTakeAsync(database, Key, isShared: true, cancellationToken)
        ?? throw new MaskingRefusedException(
        [
            "'fetch-etl partitions' is deleting sealed values of a partition from pii_vault: wait for its end, and "
                + "run this again. Nothing was changed.",
        ]);

    /// <summary>Takes the turn for an erasure.</summary>
    /// <param name="database">The session, open until the turn ends.</param>
    /// <param name="leaf">The partition, quoted for SQL.</param>
    /// <param name="cancellationToken">Cancels the statement.</param>
    /// <exception cref="MaskingRefusedException">A rotation or another erasure is running.</exception>
    public static async Task<SessionTurn> TakeForErasureAsync(
        LoginDatabase database, string leaf, CancellationToken cancellationToken) =>
        await SessionTurn.TryTakeAsync(database, Key, isShared: false, cancellationToken)
        ?? throw new MaskingRefusedException(
        [
            "'fetch-etl rekey' is running, or another 'fetch-etl partitions': wait for its end, and run this again. "
                + $"{leaf} was not dropped.",
        ]);
}
