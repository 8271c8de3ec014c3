namespace FetchEtl.Benchmarks;

/// <summary>The part of a process that used the CPU time of a sample.</summary>
internal static class CpuPart
{
    private const string ClassLibrary = "class library: tasks, thread pool, collections";
    private const string Compiler = "compilation";
    private const string Hashing = "hashing: masks, signatures, MD5";
    private const string Kernel = "operating system: network, threads, memory";
    private const string Runtime = "runtime: allocation, garbage collection";

    /// <summary>
    /// Returns the name of the part. The innermost assembly that has a part decides, so .NET's class library counts for
    /// its caller. The kernel, the runtime's native code and its compiler count for themselves.
    /// </summary>
    public static string Of(PerfSample sample)
    {
        var frames = sample.Frames;
        if (frames[0].File.StartsWith("[kernel", StringComparison.Ordinal))
        {
            return Kernel;
        }

        if (frames.Any(x => IsIn(x, "libclrjit.so")))
        {
            return Compiler;
        }

        // The C library copies and clears memory for its callers.
        var native = frames.FirstOrDefault(x => !IsIn(x, "libc.so.6"), frames[0]);
        if (IsIn(native, "libcoreclr.so"))
        {
            // The thread's whole name is longer.
            return sample.Thread.StartsWith(".NET Tiered", StringComparison.Ordinal) ? Compiler : Runtime;
        }

        return IsIn(native, "libcrypto.so.3")
            ? Hashing
            : frames.Select(x => OfAssembly(x.Assembly)).FirstOrDefault(x => x is not null) ?? ClassLibrary;
    }

    private static bool IsIn(PerfFrame frame, string file) =>
        string.Equals(Path.GetFileName(frame.File), file, StringComparison.Ordinal);

    private static string? OfAssembly(string name) => name switch
    {
        "FetchEtl.Sqs" => "FetchEtl.Sqs: poller, leases, direct calls",
        "FetchEtl.Logins" => "FetchEtl.Logins: validation, mapping, writer",
        "FetchEtl.Masking" => "FetchEtl.Masking, without hashing",
        "fetch-etl" or "FetchEtl.Benchmarks" => "the program itself",
        "System.Security.Cryptography" => Hashing,
        "System.Text.Json" => "JSON",
        _ when name.StartsWith("AWSSDK.", StringComparison.Ordinal) => "AWS SDK",
        _ when name.StartsWith("MassTransit", StringComparison.Ordinal) => "MassTransit",
        _ when name.StartsWith("Npgsql", StringComparison.Ordinal) => "Npgsql",
        _ when name.StartsWith("System.Net.", StringComparison.Ordinal) => "HTTP and sockets",
        _ => null,
    };
}
