using System.Reflection;
using System.Runtime.Loader;
using FetchEtl.Benchmarks;
using FetchEtl.Testing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>
/// The simulation with one defect in the code that it simulates: a source file of the product with one snippet
/// replaced, compiled together with the files that depend on it and with the simulation itself.
/// </summary>
/// <remarks>
/// The assembly has the name of the benchmarks, to which the product shows its internals. What is compiled into it
/// hides the types of the same names in the product's assemblies.
/// </remarks>
internal static class SimulationMutant
{
    private const string Usings =
        """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using FetchEtl.Masking;
        """;

    private const string Simulation = "tests/FetchEtl.Benchmarks/Simulation";

    private static readonly string Name = typeof(Schedule).Assembly.GetName().Name!;

    /// <summary>
    /// The files that are compiled beside the simulation: whatever depends on a file that has mutants.
    /// </summary>
    private static readonly string[] Product =
    [
        .. Files("src/FetchEtl.Logins/Writing", "BatchAttempt", "BatchOutcome", "BatchResult", "BatchWrite",
            "BatchWriter", "IBatchStatement", "LoginBatch", "LoginQueue", "LoginWriter", "PendingLogin", "WriterTurn"),
        .. Files("src/FetchEtl.Logins/Refusals", "HeldRefusals", "Refusals", "RowFaults", "Suspect", "SuspectLoop"),
        .. Files("src/FetchEtl.Logins/Outages", "WriterCircuit"),
        .. Files("src/FetchEtl.Logins/Diagnostics", "LoginMetrics", "LoginTracing"),
        .. Files("src/FetchEtl.Sqs/Diagnostics", "QueueMetrics"),
        .. Files("src/FetchEtl.Sqs/Leases", "CallLane", "CallLanes", "CallReports", "Lease", "LeaseCalls",
            "LeaseEvent", "LeaseLoop", "LeaseState", "SqsMessageLease"),
        .. Files("src/FetchEtl.Sqs/Rider", "SqsDispatcher", "SqsPoller"),
        .. Files("src/FetchEtl.Service/Drain", "Drainer", "DrainLoop", "DrainMetrics"),
    ];

    private static readonly Lazy<MetadataReference[]> References = new(() =>
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileNameWithoutExtension(path) != Name)
            .Select(path => MetadataReference.CreateFromFile(path)),
    ]);

    /// <summary>The trees of all files, parsed once.</summary>
    private static readonly Lazy<Dictionary<string, SyntaxTree>> Trees = new(() => Directory
        .EnumerateFiles(Path.Combine(RepositoryRoot.Folder, Simulation), "*.cs")
        .Where(path => Path.GetFileName(path) != $"{nameof(SimulateCommand)}.cs")
        .Select(path => Path.GetRelativePath(RepositoryRoot.Folder, path))
        .Concat(Product)
        .ToDictionary(path => path, path => CSharpSyntaxTree.ParseText(Read(path))));

    /// <summary>Compiles a mutant.</summary>
    /// <returns><see cref="Schedule.Judge"/> of the mutant.</returns>
    public static Func<int, int, string?> Compile(string file, string snippet, string replacement)
    {
        var path = Product.Single(path => Path.GetFileName(path) == file);
        var source = Read(path);
        Assert.True(
            source.Split(snippet).Length == 2,
            $"{file} must have this snippet exactly once. Adjust the mutant to the source:\n{snippet}");

        var mutated = CSharpSyntaxTree.ParseText(source.Replace(snippet, replacement, StringComparison.Ordinal));
        return Load(Trees.Value.Select(tree => tree.Key == path ? mutated : tree.Value));
    }

    /// <summary>
    /// The simulation of the product's sources as they are: errors of compiling show without a mutant.
    /// </summary>
    public static Func<int, int, string?> CompileUnchanged() => Load(Trees.Value.Values);

    private static Func<int, int, string?> Load(IEnumerable<SyntaxTree> trees)
    {
        var compilation = CSharpCompilation.Create(
            Name,
            trees.Append(CSharpSyntaxTree.ParseText(Usings)),
            References.Value,
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary,
                optimizationLevel: OptimizationLevel.Release,
                nullableContextOptions: NullableContextOptions.Enable));
        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        Assert.True(
            result.Success,
            string.Join('\n', result.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)));

        image.Position = 0;
        var assembly = new AssemblyLoadContext(name: null, isCollectible: false).LoadFromStream(image);
        return assembly.GetType(typeof(Schedule).FullName!)!
            .GetMethod(nameof(Schedule.Judge), BindingFlags.Public | BindingFlags.Static)!
            .CreateDelegate<Func<int, int, string?>>();
    }

    private static IEnumerable<string> Files(string folder, params string[] names) =>
        names.Select(name => $"{folder}/{name}.cs");

    private static string Read(string path) => File.ReadAllText(Path.Combine(RepositoryRoot.Folder, path));
}
