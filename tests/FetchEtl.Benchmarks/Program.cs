using System.CommandLine;
using FetchEtl.Benchmarks;

var root = new RootCommand("Checks and measures FetchEtl for longer than a test may take.")
{
    ChaosCommand.Create(),
    SimulateCommand.Create(),
    AttackCommand.Create(),
    EndToEndCommand.Create(),
    ProfileCommand.Create(),
    PartitionedCommand.Create(),
    MethodsCommand.Create(),
    IndexCostCommand.Create(),
    ScaleCommand.Create(),
    LatencyCommand.Create(),
    IdleCommand.Create(),
    RecordAlertsCommand.Create(),
    MicroCommand.Create(),
    LoopCommand.Create(),
    CallsCommand.Create(),
    CallsCommand.CreateChild(),
    ModelCommand.Create(),
    ModelCheckCommand.Create(),
};

return await root.Parse(args).InvokeAsync(
    new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
