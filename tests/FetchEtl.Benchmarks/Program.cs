using System.CommandLine;
using FetchEtl.Benchmarks.Attack;
using FetchEtl.Benchmarks.Chaos;
using FetchEtl.Benchmarks.EndToEnd;
using FetchEtl.Benchmarks.Idle;
using FetchEtl.Benchmarks.Latency;
using FetchEtl.Benchmarks.Loops;
using FetchEtl.Benchmarks.Micro;
using FetchEtl.Benchmarks.Scale;

var root = new RootCommand("What FetchEtl promises, put to the test for longer than a test may take.")
{
    ChaosCommand.Create(),
    AttackCommand.Create(),
    EndToEndCommand.Create(),
    ScaleCommand.Create(),
    LatencyCommand.Create(),
    IdleCommand.Create(),
    MicroCommand.Create(),
    LoopCommand.Create(),
};

return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
