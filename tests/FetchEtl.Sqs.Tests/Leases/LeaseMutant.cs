using System.Reflection;
using System.Runtime.Loader;
using FetchEtl.Testing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace FetchEtl.Sqs.Tests;

/// <summary>
/// The lease's state machine with one defect: the source of <c>Lease</c>, compiled with one snippet replaced.
/// </summary>
internal static class LeaseMutant
{
    private const string Usings = "global using System; global using System.Collections.Generic;";

    private static readonly Lazy<MetadataReference[]> References = new(() =>
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal))
            .Append(typeof(ILeaseMachine).Assembly.Location)
            .Select(path => MetadataReference.CreateFromFile(path)),
    ]);

    public static OpenLease Compile(string snippet, string replacement)
    {
        var source = Read("src/FetchEtl.Sqs/Leases/Lease.cs");
        Assert.True(
            source.Split(snippet).Length == 2,
            $"Lease.cs must have this snippet exactly once. Adjust the mutant to the source:\n{snippet}");

        return Compile(source.Replace(snippet, replacement, StringComparison.Ordinal));
    }

    private static OpenLease Compile(string lease)
    {
        string[] sources =
        [
            Usings,
            lease,
            Read("src/FetchEtl.Sqs/Leases/LeaseState.cs"),
            Read("src/FetchEtl.Sqs/SqsLimits.cs"),
            Read("tests/FetchEtl.Sqs.Tests/Leases/LeaseMachine.cs"),
        ];
        var compilation = CSharpCompilation.Create(
            "LeaseMutant",
            sources.Select(source => CSharpSyntaxTree.ParseText(source)),
            References.Value,
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release));
        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        Assert.True(
            result.Success,
            string.Join('\n', result.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)));

        image.Position = 0;
        var assembly = new AssemblyLoadContext(name: null, isCollectible: true).LoadFromStream(image);
        return assembly.GetType(typeof(LeaseMachine).FullName!)!
            .GetMethod(nameof(LeaseMachine.Open), BindingFlags.Public | BindingFlags.Static)!
            .CreateDelegate<OpenLease>();
    }

    private static string Read(string path) => File.ReadAllText(Path.Combine(RepositoryRoot.Folder, path));
}
