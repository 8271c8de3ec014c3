using System.CommandLine;
using FetchEtl.Service;
using Spectre.Console;

using var termination = new Termination(TimeProvider.System);

var root = new RootCommand(
    "Moves login events from an SQS queue into PostgreSQL. Masks personal fields and writes each message exactly once. "
    + "Settings can follow any verb, as in --Sqs:QueueName=other; docs/configuration.md lists them.")
{
    DemoCommand.Create(termination),
    RunCommand.Create(termination),
    DrainCommand.Create(termination),
    HealthCommand.Create(),
    DoctorCommand.Create(),
    SendCommand.Create(),
    MigrateCommand.Create(),
    KeysCommand.Create(),
    MaskCommand.Create(),
    RekeyCommand.Create(),
    AdoptCommand.Create(),
    RevealCommand.Create(),
    EraseCommand.Create(),
    DeadCommand.Create(),
    LocalSqsCommand.Create(),
};

if (Console.IsOutputRedirected)
{
    Console.SetOut(new StandardOutput(Console.Out));
    AnsiConsole.Console = PlainConsole.Create();
}

var parsed = root.Parse(args);
if (ParseProblems.Of(parsed) is { Count: > 0 } problems)
{
    return Verb.Fail(problems);
}

// Termination handles signals: System.CommandLine has no limit from the settings and no second signal.
var invocation = new InvocationConfiguration
{
    ProcessTerminationTimeout = null,
    EnableDefaultExceptionHandler = false,
};
try
{
    var code = await parsed.InvokeAsync(invocation, termination.Asked);
    return code == Verb.Interrupted ? termination.ExitCode : code;
}
catch (Exception exception)
{
    // The verbs report the errors that a user can fix. What comes here is a bug, or a help that cannot be printed.
    return Verb.Fail(ErrorText.Of(exception) ?? [exception.ToString()]);
}
