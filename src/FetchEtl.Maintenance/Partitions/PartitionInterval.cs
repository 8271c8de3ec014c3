namespace FetchEtl.Maintenance;

/// <summary>The time that one partition of <c>user_logins</c> covers.</summary>
public enum PartitionInterval
{
    /// <summary>A calendar month.</summary>
    Month,

    /// <summary>A day.</summary>
    Day,
}
