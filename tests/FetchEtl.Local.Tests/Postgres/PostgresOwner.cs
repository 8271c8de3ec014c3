namespace FetchEtl.Local.Tests;

/// <summary>
/// The entry point of this assembly, which the test runner does not use. As a process of its own it owns a
/// <see cref="LocalPostgres"/>, writes one line about it, and waits until a test kills it.
/// </summary>
internal static class PostgresOwner
{
    public static async Task Main()
    {
        await using var server = await LocalPostgres.StartAsync();
        Console.WriteLine($"{server.ServerProcessId} {server.Folder}");
        await Console.In.ReadToEndAsync();
    }
}
