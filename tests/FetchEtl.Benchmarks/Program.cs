using System.CommandLine;
using FetchEtl.Benchmarks.Attack;
using FetchEtl.Benchmarks.Chaos;
using FetchEtl.Benchmarks.Micro;

var root = new RootCommand("What FetchEtl promises, put to the test for longer than a test may take.")
{
    ChaosCommand.Create(),
    AttackCommand.Create(),
    MicroCommand.Create(),
};

return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
