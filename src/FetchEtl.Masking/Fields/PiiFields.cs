namespace FetchEtl.Logins;

/// <summary>What the maskable fields are called, and in which columns of <c>user_logins</c> they stand.</summary>
internal static class PiiFields
{
    public static readonly IReadOnlyList<PiiField> All = [PiiField.Ip, PiiField.DeviceId, PiiField.UserId];

    /// <summary>Their columns are called masked, so no raw value may ever stand there.</summary>
    public static readonly IReadOnlyList<PiiField> Always = [PiiField.Ip, PiiField.DeviceId];

    /// <summary>The names as a user is told them.</summary>
    public static string Names { get; } = string.Join(", ", All.Select(Name));

    /// <summary>The name in settings, on the command line and in the vault: the contract's key.</summary>
    public static string Name(this PiiField field) => field switch
    {
        PiiField.Ip => LoginFields.Ip,
        PiiField.DeviceId => LoginFields.DeviceId,
        PiiField.UserId => LoginFields.UserId,
        _ => throw new ArgumentOutOfRangeException(nameof(field), field, "is not a field that is masked"),
    };

    public static string Column(this PiiField field) => Always.Contains(field) ? $"masked_{field.Name()}" : field.Name();

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

    /// <summary>The fields that these settings have masked; the settings are taken to be valid.</summary>
    public static IReadOnlyList<PiiField> Of(MaskingOptions options) =>
        options.Fields.Count == 0 ? Always : [.. All.Where(field => options.Fields.Contains(field.Name()))];
}
