using System.Diagnostics;
using System.Reflection;

namespace FetchEtl.Benchmarks;

internal static class ReleaseBuild
{
    /// <summary>False, and a word on standard error, where the figures would be those of unoptimised code.</summary>
    public static bool IsThis(string verb)
    {
        if (typeof(ReleaseBuild).Assembly.GetCustomAttribute<DebuggableAttribute>() is not { IsJITOptimizerDisabled: true })
        {
            return true;
        }

        Console.Error.WriteLine(
            $"{verb} measures Release builds only, and this is a Debug build: dotnet run -c Release --project tests/FetchEtl.Benchmarks -- {verb}");
        return false;
    }
}
