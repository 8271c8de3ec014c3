namespace FetchEtl.Maintenance;

/// <summary>
/// The place of a lake. A file appears under its name whole or not at all, and replaces the former one at once. Paths
/// are relative, with slashes.
/// </summary>
/// <remarks>Failures are <see cref="LakeException"/>, in words for an operator.</remarks>
public interface ILakeStore : IAsyncDisposable
{
    /// <summary>The place, as the command line names it.</summary>
    string Name { get; }

    /// <summary>Begins a run: refuses where another one has the place, and removes what a killed one left.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    Task OpenAsync(CancellationToken cancellationToken);

    /// <summary>Lists the files of all folders that do not begin with an underscore.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Path and size of each.</returns>
    Task<IReadOnlyDictionary<string, long>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Reads a small file.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Its bytes; null where there is none.</returns>
    Task<byte[]?> ReadAsync(string path, CancellationToken cancellationToken);

    /// <summary>Writes a small file.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="content">Its bytes.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task WriteAsync(string path, byte[] content, CancellationToken cancellationToken);

    /// <summary>Creates a file that no reader sees.</summary>
    /// <returns>An empty stream to write, read and seek. Its disposal without a publication removes it.</returns>
    Stream CreateTemporary();

    /// <summary>Gives a temporary file its name.</summary>
    /// <param name="temporary">The stream of <see cref="CreateTemporary"/>, which the caller disposes.</param>
    /// <param name="path">Its path.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task PublishAsync(Stream temporary, string path, CancellationToken cancellationToken);

    /// <summary>Removes files; one that does not exist is no error.</summary>
    /// <param name="paths">Their paths.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task DeleteAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken);
}
