using System.CommandLine;
using FetchEtl.Service;
using Spectre.Console;

using var termination = new Termination(TimeProvider.System);

var root = new RootCommand("Moves login events from an SQS queue into PostgreSQL, personal fields masked, each exactly once.")
{
    DemoCommand.Create(termination),
    RunCommand.Create(termination),
    DrainCommand.Create(termination),
    SendCommand.Create(),
    MigrateCommand.Create(),
    KeysCommand.Create(),
    MaskCommand.Create(),
    RekeyCommand.Create(),
    AdoptCommand.Create(),
    RevealCommand.Create(),
    EraseCommand.Create(),
    LocalSqsCommand.Create(),
};

if (Console.IsOutputRedirected)
{
    AnsiConsole.Console = PlainConsole.Create();
}

// Its own handling of signals knows neither a limit from the settings nor a second signal.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null }, termination.Asked);
