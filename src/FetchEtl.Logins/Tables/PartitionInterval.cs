namespace FetchEtl.Logins;

/// <summary>The dates that one partition of <c>user_logins</c> holds.</summary>
public enum PartitionInterval
{
    /// <summary>A calendar month.</summary>
    Month = 0,

    /// <summary>A day.</summary>
    Day = 1,
}
