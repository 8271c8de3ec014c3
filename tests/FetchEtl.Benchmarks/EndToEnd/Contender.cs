namespace FetchEtl.Benchmarks;

/// <summary>A program that moves the messages from the queue into the table.</summary>
internal enum Contender
{
    /// <summary><see cref="Benchmarks.OneAtATime"/>: one receive, insert, commit and delete a message.</summary>
    OneAtATime,

    /// <summary><see cref="Benchmarks.HandLoop"/>: batched and parallel, on the AWS SDK alone.</summary>
    HandLoop,

    /// <summary><c>fetch-etl drain</c>.</summary>
    Service,
}
