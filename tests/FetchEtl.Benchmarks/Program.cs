using System.CommandLine;
using FetchEtl.Benchmarks.Chaos;

var root = new RootCommand("Long runs of the real fetch-etl against a local SQS and a private PostgreSQL.")
{
    ChaosCommand.Create(),
};

return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
