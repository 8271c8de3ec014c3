namespace FetchEtl.EndToEnd.Tests;

/// <summary>The seed of all fuzz tests: that of the variable <c>FETCHETL_FUZZ_SEED</c>, else a fixed one.</summary>
internal static class FuzzSeed
{
    public static int Value { get; } =
        int.Parse(
            Environment.GetEnvironmentVariable("FETCHETL_FUZZ_SEED") is { Length: > 0 } given ? given : "20260101");

    public static string Text => $"FETCHETL_FUZZ_SEED={Value}";

    public static string Name(FuzzBody body) => $"{Text}, body {body.Index} ({body.Recipe})";
}
