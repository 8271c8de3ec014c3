using FetchEtl.Benchmarks;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>Checks to which part of a process a sample of <c>perf</c> counts.</summary>
public sealed class CpuPartTests
{
    [Theory]
    [InlineData("HTTP and sockets", "System.Private.CoreLib", "System.Net.Http", "AWSSDK.Core")]
    [InlineData("MassTransit", "System.Private.CoreLib", "MassTransit.Abstractions", "FetchEtl.Sqs")]
    [InlineData("class library: tasks, thread pool, collections", "System.Private.CoreLib", "")]
    public void The_innermost_assembly_that_has_a_part_decides(string part, params string[] assemblies) =>
        Assert.Equal(part, CpuPart.Of(new PerfSample(
            ".NET TP Worker", [.. assemblies.Select(x => new PerfFrame(x, "/tmp/perf-1.map"))])));

    [Theory]
    [InlineData("operating system: network, threads, memory", "[kernel.kallsyms]")]
    [InlineData("runtime: allocation, garbage collection", "/lib/libc.so.6", "/dotnet/libcoreclr.so")]
    [InlineData("hashing: masks, signatures, MD5", "/lib/libcrypto.so.3")]
    [InlineData("compilation", "/lib/libc.so.6", "/dotnet/libclrjit.so", "/dotnet/libcoreclr.so")]
    public void Native_code_counts_for_itself(string part, params string[] files) =>
        Assert.Equal(part, CpuPart.Of(new PerfSample(
            ".NET TP Worker",
            [.. files.Select(x => new PerfFrame("", x)), new PerfFrame("MassTransit", "/tmp/perf-1.map")])));

    [Fact]
    public void Samples_are_read_as_perf_prints_them()
    {
        var samples = PerfSample.Read(
            """
            .NET TP Worker
            	    7f01 void [Npgsql] Npgsql.A::B(class [System.Runtime]System.C)[QuickJitted] (/tmp/perf-1.map)
            	    7f02 [unknown] (/dotnet/System.Net.Sockets.dll)

            .NET BGC
            	     5f0 [unknown] (/dotnet/libcoreclr.so)

            """.Split('\n'));

        Assert.Equal(
            [
                (".NET TP Worker", "Npgsql, System.Net.Sockets"),
                (".NET BGC", ""),
            ],
            samples.Select(x => (x.Thread, string.Join(", ", x.Frames.Select(frame => frame.Assembly)))));
    }
}
