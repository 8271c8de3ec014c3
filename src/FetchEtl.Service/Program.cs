using FetchEtl.Service;
using Spectre.Console;

using var termination = new Termination(TimeProvider.System);
if (Console.IsOutputRedirected)
{
    Console.SetOut(new StandardOutput(Console.Out));
    AnsiConsole.Console = PlainConsole.Create();
}

return await RootVerb.RunAsync(args, termination);
