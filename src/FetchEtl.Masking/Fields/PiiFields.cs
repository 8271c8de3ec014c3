namespace FetchEtl.Masking;

/// <summary>The names of the fields that can be masked, and which of them settings select.</summary>
public static class PiiFields
{
    /// <summary>All fields that can be masked.</summary>
    public static IReadOnlyList<PiiField> All { get; } = [PiiField.Ip, PiiField.DeviceId, PiiField.UserId];

    /// <summary>
    /// The fields that every setting masks: their columns are named "masked", so a raw value must never reach them.
    /// </summary>
    public static IReadOnlyList<PiiField> Always { get; } = [PiiField.Ip, PiiField.DeviceId];

    /// <summary>All names in one text, for error messages and help: <c>ip, device_id, user_id</c>.</summary>
    public static string Names { get; } = string.Join(", ", All.Select(Name));

    /// <summary>
    /// Returns a field's name in settings, on the command line and in the vault: its key in the login message.
    /// </summary>
    /// <param name="field">The field.</param>
    /// <returns>The name, such as <c>device_id</c>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The value is not a member of <see cref="PiiField"/>.</exception>
    public static string Name(this PiiField field) => field switch
    {
        PiiField.Ip => "ip",
        PiiField.DeviceId => "device_id",
        PiiField.UserId => "user_id",
        _ => throw new ArgumentOutOfRangeException(nameof(field), field, "is not a field that can be masked"),
    };

    /// <summary>Finds a field by its name. The comparison is ordinal.</summary>
    /// <param name="name">The name, as <see cref="Name"/> returns it.</param>
    /// <param name="field">The field; <see cref="PiiField.Ip"/> where there is none of that name.</param>
    /// <returns>False where there is no field of that name.</returns>
    public static bool TryParse(string? name, out PiiField field)
    {
        foreach (var known in All)
        {
            if (known.Name() == name)
            {
                field = known;
                return true;
            }
        }

        field = default;
        return false;
    }

    /// <summary>Returns the fields that settings mask.</summary>
    /// <param name="options">Valid settings.</param>
    /// <returns>The fields, in the order of <see cref="All"/>.</returns>
    public static IReadOnlyList<PiiField> Of(MaskingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.Fields.Count == 0 ? Always : [.. All.Where(field => options.Fields.Contains(field.Name()))];
    }
}
