using System.ComponentModel.DataAnnotations;

namespace FetchEtl.Logins;

/// <summary>
/// The message is no login and never will be. It is a <see cref="ValidationException"/>, which tells the transport that
/// retrying is pointless and that <see cref="Exception.Message"/>, all reasons joined, may be shown: it holds no value.
/// </summary>
public sealed class InvalidLoginException : ValidationException
{
    internal InvalidLoginException(IReadOnlyList<InvalidField> fields)
        : base(string.Join("; ", fields))
    {
        Fields = fields;
    }

    /// <summary>Everything that is wrong, in the contract's order; at least one.</summary>
    public IReadOnlyList<InvalidField> Fields { get; }
}
