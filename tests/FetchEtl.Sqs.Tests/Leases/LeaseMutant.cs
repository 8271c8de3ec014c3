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

    /// <summary>Without a defect. The mutants share what it has read of its references.</summary>
    private static readonly Lazy<CSharpCompilation> Original = new(() => CSharpCompilation.Create(
        "LeaseMutant",
        new[]
        {
            Read("src/FetchEtl.Sqs/Leases/Lease.cs"),
            Usings,
            Read("src/FetchEtl.Sqs/Leases/LeaseState.cs"),
            Read("src/FetchEtl.Sqs/Durations.cs"),
            Read("src/FetchEtl.Sqs/SqsLimits.cs"),
            Read("tests/FetchEtl.Sqs.Tests/Leases/LeaseMachine.cs"),
        }.Select(source => CSharpSyntaxTree.ParseText(source)),
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal))
            .Append(typeof(ILeaseMachine).Assembly.Location)
            .Select(path => MetadataReference.CreateFromFile(path)),
        new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release)));

    public static OpenLease Compile(string snippet, string replacement)
    {
        var lease = Original.Value.SyntaxTrees[0];
        var source = lease.ToString();
        Assert.True(
            source.Split(snippet).Length == 2,
            $"Lease.cs must have this snippet exactly once. Adjust the mutant to the source:\n{snippet}");

        var mutant = CSharpSyntaxTree.ParseText(source.Replace(snippet, replacement, StringComparison.Ordinal));
        return Load(Original.Value.ReplaceSyntaxTree(lease, mutant));
    }

    private static OpenLease Load(CSharpCompilation compilation)
    {
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
