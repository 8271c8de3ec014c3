using System.Collections.Concurrent;
using System.Reflection;
using FetchEtl.Local;
using FetchEtl.Logins;
using FetchEtl.Migrations;
using FetchEtl.Sqs;
using MassTransit;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>
/// Compiles a C# sample as the Program.cs of an application that references FetchEtl's packages. The sample can use the
/// names <c>services</c>, <c>configuration</c>, <c>endpoint</c> and <c>json</c>.
/// </summary>
internal static class SampleCompiler
{
    private const string Given =
        """
        global using System;
        global using System.Collections.Generic;
        global using System.ComponentModel.DataAnnotations;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using MassTransit;
        global using MassTransit.Serialization;
        global using Microsoft.Extensions.Configuration;
        global using Microsoft.Extensions.DependencyInjection;
        global using static Given;

        public static class Given
        {
            public static IServiceCollection services = null!;
            public static IConfiguration configuration = null!;
            public static ISendEndpoint endpoint = null!;
            public static string json = null!;
        }
        """;

    /// <summary>The assemblies that an application references. All their namespaces are in scope.</summary>
    private static readonly IReadOnlyList<Assembly> Libraries =
    [
        typeof(ISqsFactoryConfigurator).Assembly,
        typeof(LocalSqs).Assembly,
        typeof(LoginMigrations).Assembly,
        .. WithReferences(typeof(LoginConsumer).Assembly),
    ];

    private static readonly Lazy<IReadOnlyList<MetadataReference>> References = new(() =>
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path)),
    ]);

    private static readonly ConcurrentDictionary<DocFence, Assembly> Programs = new();

    /// <returns>The errors, each with its line on the page; none for a valid sample.</returns>
    public static IReadOnlyList<string> ErrorsOf(DocFence sample) =>
    [
        .. Compile(sample).GetDiagnostics().Where(x => x.Severity == DiagnosticSeverity.Error)
            .Select(x => $"{sample.Page}({sample.Line + 1 + LineOf(x)}): {x.GetMessage()}"),
    ];

    /// <summary>Runs a sample of statements with the objects that it uses. Each sample is compiled once.</summary>
    public static async Task RunAsync(
        DocFence sample,
        IServiceCollection? services = null,
        IConfiguration? configuration = null,
        ISendEndpoint? endpoint = null,
        string? json = null)
    {
        var assembly = Programs.GetOrAdd(sample, Load);
        var given = assembly.GetType("Given")!;
        given.GetField("services")!.SetValue(null, services);
        given.GetField("configuration")!.SetValue(null, configuration);
        given.GetField("endpoint")!.SetValue(null, endpoint);
        given.GetField("json")!.SetValue(null, json);

        // The entry point that the compiler adds would block, so call the method behind it.
        var main = assembly.GetType("Program")!.GetMethod("<Main>$", BindingFlags.Static | BindingFlags.NonPublic)!;
        if (main.Invoke(null, [Array.Empty<string>()]) is Task task)
        {
            await task;
        }
    }

    private static Assembly Load(DocFence sample)
    {
        using var image = new MemoryStream();
        var result = Compile(sample).Emit(image);
        Assert.True(result.Success, string.Join('\n', ErrorsOf(sample)));
        return Assembly.Load(image.ToArray());
    }

    private static CSharpCompilation Compile(DocFence sample)
    {
        var tree = CSharpSyntaxTree.ParseText(sample.Code);
        var isProgram = tree.GetCompilationUnitRoot().Members.Any(member => member is GlobalStatementSyntax);
        var usings = Libraries.SelectMany(library => library.GetExportedTypes())
            .Select(type => type.Namespace).Distinct()
            .Where(name => name?.StartsWith("FetchEtl", StringComparison.Ordinal) == true)
            .Select(name => $"global using {name};\n");
        var kind = isProgram ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary;

        return CSharpCompilation.Create(
            $"Sample{Guid.NewGuid():N}",
            [CSharpSyntaxTree.ParseText(string.Concat(usings) + Given), tree],
            References.Value,
            new CSharpCompilationOptions(kind, nullableContextOptions: NullableContextOptions.Enable));
    }

    private static int LineOf(Diagnostic problem) => problem.Location.GetLineSpan().StartLinePosition.Line;

    private static IEnumerable<Assembly> WithReferences(Assembly assembly) => assembly.GetReferencedAssemblies()
        .Where(name => name.Name!.StartsWith("FetchEtl.", StringComparison.Ordinal))
        .Select(Assembly.Load)
        .Prepend(assembly);
}
