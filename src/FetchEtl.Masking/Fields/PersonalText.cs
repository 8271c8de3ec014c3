using System.Diagnostics;
using System.Text.Json.Serialization;

namespace FetchEtl.Logins;

/// <summary>
/// A text that belongs to a person: an address, a device id, a user id. It prints as <c>***</c> wherever text is made
/// without asking: <see cref="ToString"/>, JSON, the debugger, the printing of a record that holds it. So no log, fault
/// event or exception can carry it by accident; <see cref="Reveal"/> is the one way to the value.
/// </summary>
[DebuggerDisplay(Redacted)]
[JsonConverter(typeof(PersonalTextConverter))]
public readonly struct PersonalText : IEquatable<PersonalText>
{
    internal const string Redacted = "***";

    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private readonly string? _value;

    /// <summary>Wraps a value.</summary>
    /// <param name="value">The raw text.</param>
    public PersonalText(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        _value = value;
    }

    /// <summary>The raw text. Every call is a place where personal data can leak: mask it or store it, never print it.</summary>
    /// <returns>The text as it was received; empty for a default instance.</returns>
    public string Reveal() => _value ?? string.Empty;

    /// <summary>Always <c>***</c>.</summary>
    /// <returns><c>***</c></returns>
    public override string ToString() => Redacted;

    /// <inheritdoc/>
    public bool Equals(PersonalText other) => string.Equals(Reveal(), other.Reveal(), StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is PersonalText other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Reveal());

    /// <summary>Whether both hold the same text.</summary>
    /// <param name="left">One text.</param>
    /// <param name="right">The other.</param>
    /// <returns>True when they are equal, compared ordinally.</returns>
    public static bool operator ==(PersonalText left, PersonalText right) => left.Equals(right);

    /// <summary>Whether the texts differ.</summary>
    /// <param name="left">One text.</param>
    /// <param name="right">The other.</param>
    /// <returns>True when they differ, compared ordinally.</returns>
    public static bool operator !=(PersonalText left, PersonalText right) => !left.Equals(right);
}
