namespace FetchEtl.Local.Tests;

/// <summary>
/// This assembly's entry point, which the test runner does not use: run by itself, it is a process that owns a
/// <see cref="LocalPostgres"/>, tells of it in one line, and then waits to be killed.
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
