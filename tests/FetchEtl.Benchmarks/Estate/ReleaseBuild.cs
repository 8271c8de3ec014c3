using System.Diagnostics;
using System.Reflection;

namespace FetchEtl.Benchmarks;

/// <summary>Refuses to measure a Debug build, whose code is not optimised.</summary>
internal static class ReleaseBuild
{
    /// <summary>Returns whether this is a Release build. If not, prints the right command to standard error.</summary>
    public static bool IsThis(string verb)
    {
        var debuggable = typeof(ReleaseBuild).Assembly.GetCustomAttribute<DebuggableAttribute>();
        if (debuggable is not { IsJITOptimizerDisabled: true })
        {
            return true;
        }

        Console.Error.WriteLine(
            $"{verb} measures Release builds only, and this is a Debug build. Run: "
            + $"dotnet run -c Release --project tests/FetchEtl.Benchmarks -- {verb}");
        return false;
    }
}
