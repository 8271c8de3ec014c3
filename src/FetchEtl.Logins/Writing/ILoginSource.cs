namespace FetchEtl.Logins;

/// <summary>A login from which its row can be formed again where the table's settings change. Thread-safe.</summary>
internal interface ILoginSource
{
    /// <summary>The message's id as received; null where the row has none.</summary>
    Guid? MessageId { get; }

    /// <summary>What the row is before the table's settings are known; it is never written.</summary>
    UserLogin Unformed { get; }

    /// <summary>Forms the row, and the values behind its masks where there is a vault.</summary>
    (UserLogin Login, IReadOnlyList<VaultValue> Values) Under(TableSettings settings);
}
