using System.Reflection;
using System.Text;
using PublicApiGenerator;

namespace FetchEtl.Testing;

/// <summary>
/// Compares an assembly's public API with the approved text, the file <c>PublicApi.txt</c> beside its test project. A
/// change of the API is accepted by running the test with <c>FETCHETL_ACCEPT_API=1</c>, which rewrites that file.
/// </summary>
public static class PublicApi
{
    private const string AcceptVariable = "FETCHETL_ACCEPT_API";

    /// <summary>Compares the API of an assembly of <c>src</c>; its test project is named after it.</summary>
    /// <param name="assembly">The assembly.</param>
    /// <exception cref="PublicApiChangedException">The API is not the approved one.</exception>
    public static void Verify(Assembly assembly)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        var project = $"{assembly.GetName().Name}.Tests";
        var approvedFile = Path.Combine(RepositoryRoot.Folder, "tests", project, "PublicApi.txt");
        Verify(assembly, approvedFile, Environment.GetEnvironmentVariable);
    }

    /// <summary>Compares the API of any assembly with any file.</summary>
    /// <param name="assembly">The assembly.</param>
    /// <param name="approvedFile">The file with the approved text; a missing file approves nothing.</param>
    /// <param name="environment">Reads environment variables.</param>
    /// <exception cref="PublicApiChangedException">The API is not the approved one.</exception>
    public static void Verify(Assembly assembly, string approvedFile, Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        var actual = Generate(assembly);
        if (environment(AcceptVariable) == "1")
        {
            File.WriteAllText(approvedFile, actual);
            return;
        }

        var approved = File.Exists(approvedFile) ? Lines(File.ReadAllText(approvedFile)) : [];
        if (!approved.SequenceEqual(Lines(actual)))
        {
            throw new PublicApiChangedException(Message(assembly, approvedFile, approved, Lines(actual)));
        }
    }

    private static string Generate(Assembly assembly)
    {
        // By default the generator leaves out the namespaces System and Microsoft, in which extension methods stand.
        var options = new ApiGeneratorOptions { IncludeAssemblyAttributes = false, DenyNamespacePrefixes = [] };
        return string.Concat(Lines(assembly.GeneratePublicApi(options)).Select(line => $"{line}\n"));
    }

    private static string[] Lines(string text) =>
        [.. text.Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0)];

    private static string Message(Assembly assembly, string approvedFile, string[] approved, string[] actual)
    {
        var same = approved.Zip(actual).TakeWhile(pair => pair.First == pair.Second).Count();
        var message = new StringBuilder()
            .AppendLine($"The public API of {assembly.GetName().Name} differs from the approved one.")
            .AppendLine($"If the change is meant, run this test with {AcceptVariable}=1 and commit the rewritten file")
            .AppendLine($"{Path.GetRelativePath(RepositoryRoot.Folder, approvedFile)}. The first difference is in " +
                $"line {same + 1}.");
        foreach (var line in approved.Except(actual))
        {
            message.AppendLine($"- {line}");
        }

        foreach (var line in actual.Except(approved))
        {
            message.AppendLine($"+ {line}");
        }

        return message.ToString();
    }
}
