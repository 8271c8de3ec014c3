namespace FetchEtl.Benchmarks;

/// <summary>What moves the messages.</summary>
internal enum Contender
{
    /// <summary>One receive, one insert, one commit, one delete a message.</summary>
    OneAtATime,

    /// <summary>Batched and parallel, with nothing around it.</summary>
    HandLoop,

    /// <summary><c>fetch-etl drain</c>.</summary>
    Service,
}
