namespace FetchEtl.Maintenance;

/// <summary>
/// The time within which a domain's masks are equal where values are. A mask of one period says nothing about another.
/// </summary>
public enum DomainPeriod
{
    /// <summary>A calendar month, the default.</summary>
    Month = 0,

    /// <summary>One day.</summary>
    Day,

    /// <summary>Seven days from a Monday on.</summary>
    Week,

    /// <summary>Three months from January, April, July or October on.</summary>
    Quarter,

    /// <summary>A calendar year.</summary>
    Year,

    /// <summary>All time is one period, and every day is shown: a sender can match all rows with his.</summary>
    None,
}
