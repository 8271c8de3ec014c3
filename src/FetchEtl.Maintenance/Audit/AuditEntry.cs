using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace FetchEtl.Maintenance;

/// <summary>
/// An entry of <c>audit_log</c>: who did what with personal values. It holds no value, no mask and no id. Its hash
/// covers all of it and the entry before.
/// </summary>
/// <remarks>
/// The hash is SHA-256, as 64 lower-case hex digits, of these texts in UTF-8, each as its length in bytes, a colon, the
/// text and a comma: <c>fetchetl/audit/v1</c>, sequence, time (UTC, as 2026-01-02T03:04:05.123456Z), action, database
/// role, OS user, purpose, fields, count, previous hash.
/// </remarks>
/// <param name="Sequence">The number, from 1, without gaps.</param>
/// <param name="At">When, by PostgreSQL's clock, in microseconds.</param>
/// <param name="Action">
/// What begins, such as <c>reveal</c>, or how it ended, such as <c>reveal: done</c>.
/// </param>
/// <param name="DatabaseRole">The role that logged in to PostgreSQL.</param>
/// <param name="OsUser">The user of the operating system, as the process says.</param>
/// <param name="Purpose">What for, as the user said. An entry of an end adds what was shown or changed.</param>
/// <param name="Fields">The fields, such as <c>ip, user_id</c>; <c>*</c> where the masks alone do not say.</param>
/// <param name="Count">
/// How many values were asked for, or how many rows the partition has; at an end how much was shown or changed.
/// </param>
/// <param name="PreviousHash">The hash of the entry before; 64 zeros in the first.</param>
/// <param name="Hash">The entry's hash, as stored.</param>
public sealed record AuditEntry(
    long Sequence,
    DateTime At,
    string Action,
    string DatabaseRole,
    string OsUser,
    string Purpose,
    string Fields,
    long Count,
    string PreviousHash,
    string Hash)
{
    /// <summary>The previous hash of the first entry.</summary>
    public static string NoHash { get; } = new('0', 2 * SHA256.HashSizeInBytes);

    /// <summary>Computes the hash that the entry must have.</summary>
    /// <returns>64 lower-case hex digits.</returns>
    public string ComputeHash()
    {
        string[] parts =
        [
            "fetchetl/audit/v1",
            Sequence.ToString(CultureInfo.InvariantCulture),
            At.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture),
            Action, DatabaseRole, OsUser, Purpose, Fields,
            Count.ToString(CultureInfo.InvariantCulture),
            PreviousHash,
        ];

        // The lengths keep a text from passing for the end of one part and the begin of the next.
        var text = string.Concat(parts.Select(part => $"{Encoding.UTF8.GetByteCount(part)}:{part},"));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }
}
