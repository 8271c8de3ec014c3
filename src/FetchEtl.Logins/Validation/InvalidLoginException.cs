using System.ComponentModel.DataAnnotations;

namespace FetchEtl.Logins;

/// <summary>
/// The message is not a login, so retrying it is useless. Transports recognize that by the base class
/// <see cref="ValidationException"/>. <see cref="Exception.Message"/> joins all reasons and holds no value, so it may
/// be shown.
/// </summary>
public sealed class InvalidLoginException : ValidationException
{
    internal InvalidLoginException(IReadOnlyList<InvalidField> fields)
        : base(string.Join("; ", fields))
    {
        Fields = fields;
    }

    /// <summary>Every reason, in the order of the message's fields; at least one.</summary>
    public IReadOnlyList<InvalidField> Fields { get; }
}
