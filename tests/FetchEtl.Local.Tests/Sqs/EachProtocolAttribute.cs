using System.Reflection;
using Xunit.Sdk;

namespace FetchEtl.Local.Tests;

/// <summary>Runs a theory once over JSON and once over Query.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class EachProtocolAttribute : DataAttribute
{
    public override IEnumerable<object[]> GetData(MethodInfo testMethod) => [[WireProtocol.Json], [WireProtocol.Query]];
}

/// <summary>How the client of a test talks to the endpoint.</summary>
public enum WireProtocol
{
    /// <summary>The AWS SDK, unchanged.</summary>
    Json,

    /// <summary>The AWS SDK over <see cref="QueryHandler"/>.</summary>
    Query,
}
