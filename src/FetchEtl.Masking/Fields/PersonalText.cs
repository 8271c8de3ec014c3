using System.Diagnostics;
using System.Text.Json.Serialization;

namespace FetchEtl.Masking;

/// <summary>
/// A text that belongs to a person: an address, a device id, a user id. It writes itself as <c>***</c> to text, JSON,
/// the debugger and the text of a record that holds it, so no log, fault event or exception carries the value by
/// accident. <see cref="Reveal"/> is the only way to the value.
/// </summary>
[DebuggerDisplay(Redacted)]
[JsonConverter(typeof(PersonalTextConverter))]
public readonly struct PersonalText : IEquatable<PersonalText>
{
    /// <summary>What every personal text writes instead of its value.</summary>
    public const string Redacted = "***";

    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private readonly string? _value;

    /// <summary>Wraps a value.</summary>
    /// <param name="value">The raw text.</param>
    public PersonalText(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        _value = value;
    }

    /// <summary>
    /// Returns the raw text. Every call is a place where personal data can leak: mask it or store it, never print it.
    /// </summary>
    /// <returns>The text as it was received; empty for a default instance.</returns>
    public string Reveal() => _value ?? string.Empty;

    /// <summary>Returns <see cref="Redacted"/>.</summary>
    /// <returns><c>***</c></returns>
    public override string ToString() => Redacted;

    /// <inheritdoc/>
    public bool Equals(PersonalText other) => string.Equals(Reveal(), other.Reveal(), StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is PersonalText other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Reveal());

    /// <summary>Compares two texts ordinally.</summary>
    /// <param name="left">The first text.</param>
    /// <param name="right">The second text.</param>
    /// <returns>True when they are equal.</returns>
    public static bool operator ==(PersonalText left, PersonalText right) => left.Equals(right);

    /// <summary>Compares two texts ordinally.</summary>
    /// <param name="left">The first text.</param>
    /// <param name="right">The second text.</param>
    /// <returns>True when they differ.</returns>
    public static bool operator !=(PersonalText left, PersonalText right) => !left.Equals(right);
}
