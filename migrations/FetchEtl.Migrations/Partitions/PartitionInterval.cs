namespace FetchEtl.Migrations;

/// <summary>The dates of one partition of <c>user_logins</c>.</summary>
public enum PartitionInterval
{
    /// <summary>A calendar month.</summary>
    Month = 0,

    /// <summary>A day.</summary>
    Day = 1,
}
