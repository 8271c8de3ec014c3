using System.CommandLine;
using FetchEtl.Service;
using Spectre.Console;

using var termination = new Termination(TimeProvider.System);

var root = new RootCommand(
    "Moves login events from an SQS queue into PostgreSQL. Masks personal fields and writes each message exactly once.")
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

// Termination handles signals: System.CommandLine has no limit from the settings and no second signal.
return await root.Parse(args)
    .InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null }, termination.Asked);
