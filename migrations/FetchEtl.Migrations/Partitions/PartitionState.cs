namespace FetchEtl.Migrations;

/// <summary>The form of <c>user_logins</c>.</summary>
public enum PartitionState
{
    /// <summary>One plain table.</summary>
    Plain = 0,

    /// <summary>A conversion is under way, or was interrupted.</summary>
    UnderWay = 1,

    /// <summary>Partitioned.</summary>
    Partitioned = 2,
}
