using System.Reflection;
using Xunit.Sdk;

namespace FetchEtl.Local.Tests;

/// <summary>Runs a theory once in JSON and once in Query.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class EachProtocolAttribute : DataAttribute
{
    public override IEnumerable<object[]> GetData(MethodInfo testMethod) => [[WireProtocol.Json], [WireProtocol.Query]];
}
