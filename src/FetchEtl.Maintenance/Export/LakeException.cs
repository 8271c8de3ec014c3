namespace FetchEtl.Maintenance;

/// <summary>An export cannot go on. What it wrote is whole, and the next run continues.</summary>
/// <param name="problem">What is wrong, and the remedy.</param>
/// <param name="innerException">The cause.</param>
public sealed class LakeException(string problem, Exception? innerException = null)
    : Exception(problem, innerException);
