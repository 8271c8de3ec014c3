using System.CommandLine;
using FetchEtl.Service.Commands;
using Spectre.Console;

var root = new RootCommand("Moves login events from an SQS queue into PostgreSQL, personal fields masked, each exactly once.")
{
    DemoCommand.Create(),
    RunCommand.Create(),
    DrainCommand.Create(),
    SendCommand.Create(),
    MigrateCommand.Create(),
    LocalSqsCommand.Create(),
};

if (Console.IsOutputRedirected)
{
    AnsiConsole.Console = PlainConsole.Create();
}

// Longer than the host's own shutdown timeout: what is being written is finished.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
