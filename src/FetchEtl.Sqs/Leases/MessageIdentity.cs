using System.Security.Cryptography;
using System.Text;

namespace FetchEtl.Sqs;

/// <summary>What identifies a message across a redrive, which gives it a new id and a new time.</summary>
/// <param name="MessageId">The SQS MessageId of the first sending.</param>
/// <param name="SentTime">When it was first sent.</param>
/// <param name="IsClaimIgnored">
/// Whether the message claims to be another one, and proves it not. It then has the identity of a new message.
/// </param>
/// <param name="Redrives">How often the message was redriven, as far as a MAC proves it.</param>
internal readonly record struct MessageIdentity(
    string MessageId, DateTimeOffset SentTime, bool IsClaimIgnored = false, int Redrives = 0)
{
    /// <summary>SQS's ids are UUIDs; any other id is turned into one by its hash.</summary>
    public Guid Id => Guid.TryParse(MessageId, out var guid)
        ? guid
        : new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(MessageId)).AsSpan(0, 16), bigEndian: true);
}
