namespace FetchEtl.Maintenance;

/// <summary>
/// A lake in a folder. Files are written below <c>_tmp</c>, flushed to the disk and renamed, which POSIX does at once.
/// </summary>
/// <param name="folder">The folder, which is created where it does not exist.</param>
public sealed class DirectoryLakeStore(string folder) : ILakeStore
{
    private const string TemporaryFolder = "_tmp";

    private readonly string _root = Path.GetFullPath(folder);
    private FileStream? _lock;

    /// <inheritdoc/>
    public string Name => _root;

    /// <inheritdoc/>
    public Task OpenAsync(CancellationToken cancellationToken) => Guard(() =>
    {
        if (File.Exists(_root))
        {
            throw new LakeException($"{Name} is a file: name a folder.");
        }

        Directory.CreateDirectory(PlaceOf(TemporaryFolder));
        var path = PlaceOf($"{TemporaryFolder}/lock");
        var isThere = File.Exists(path);
        try
        {
            // The system releases it with the process, also after a kill.
            _lock = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (isThere)
        {
            throw new LakeException($"another export writes to {Name}: wait for its end, and run this one again.");
        }

        foreach (var left in Directory.EnumerateFiles(PlaceOf(TemporaryFolder), "*.tmp"))
        {
            File.Delete(left);
        }

        return Task.CompletedTask;
    });

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, long>> ListAsync(CancellationToken cancellationToken) => Guard(() =>
    {
        var files = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var top in new DirectoryInfo(_root).EnumerateDirectories().Where(x => !x.Name.StartsWith('_')))
        {
            foreach (var file in top.EnumerateFiles("*", SearchOption.AllDirectories))
            {
                cancellationToken.ThrowIfCancellationRequested();
                files[Path.GetRelativePath(_root, file.FullName).Replace('\\', '/')] = file.Length;
            }
        }

        return Task.FromResult<IReadOnlyDictionary<string, long>>(files);
    });

    /// <inheritdoc/>
    public Task<byte[]?> ReadAsync(string path, CancellationToken cancellationToken) => Guard(async () =>
        File.Exists(PlaceOf(path)) ? await File.ReadAllBytesAsync(PlaceOf(path), cancellationToken) : null);

    /// <inheritdoc/>
    public async Task WriteAsync(string path, byte[] content, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        await using var temporary = CreateTemporary();
        await temporary.WriteAsync(content, cancellationToken);
        await PublishAsync(temporary, path, cancellationToken);
    }

    /// <inheritdoc/>
    public Stream CreateTemporary() => new TemporaryFile(PlaceOf($"{TemporaryFolder}/{Guid.NewGuid():N}.tmp"));

    /// <inheritdoc/>
    public Task PublishAsync(Stream temporary, string path, CancellationToken cancellationToken) => Guard(() =>
    {
        var file = (TemporaryFile)temporary;
        file.Flush(flushToDisk: true);
        Directory.CreateDirectory(Path.GetDirectoryName(PlaceOf(path))!);
        file.Rename(PlaceOf(path));
        return Task.CompletedTask;
    });

    /// <inheritdoc/>
    public Task DeleteAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken) => Guard(() =>
    {
        ArgumentNullException.ThrowIfNull(paths);
        foreach (var path in paths)
        {
            var parent = Path.GetDirectoryName(PlaceOf(path))!;
            if (!Directory.Exists(parent))
            {
                continue;
            }

            File.Delete(PlaceOf(path));
            for (; parent != _root && !Directory.EnumerateFileSystemEntries(parent).Any();
                parent = Path.GetDirectoryName(parent)!)
            {
                Directory.Delete(parent);
            }
        }

        return Task.CompletedTask;
    });

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_lock is not null)
        {
            await _lock.DisposeAsync();
        }
    }

    private string PlaceOf(string path) => Path.Combine(_root, path);

    private async Task<T> Guard<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new LakeException(Words(exception), exception);
        }
    }

    private Task<bool> Guard(Func<Task> work) => Guard(async () =>
    {
        await work();
        return true;
    });

    private string Words(Exception exception) =>
        $"{Name} cannot be written: {exception.Message.TrimEnd('.')}. The files that are there are whole; make room or "
        + "give this user the right to write there, and run the export again.";

    private sealed class TemporaryFile(string path)
        : FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read, 1 << 16)
    {
        private bool _isRenamed;

        public void Rename(string target)
        {
            File.Move(Name, target, overwrite: true);
            _isRenamed = true;
        }

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            if (!_isRenamed)
            {
                File.Delete(Name);
            }
        }
    }
}
