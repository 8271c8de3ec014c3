using MassTransit;
using MassTransit.Transports;

namespace FetchEtl.Sqs;

internal sealed class SqsRider(ReceiveEndpointCollection endpoints) : ISqsRider
{
    public RiderHandle Start(CancellationToken cancellationToken = default) =>
        new Handle(endpoints, endpoints.StartEndpoints(cancellationToken));

    public IEnumerable<EndpointHealthResult> CheckEndpointHealth() => endpoints.CheckEndpointHealth();

    private sealed class Handle(ReceiveEndpointCollection endpoints, HostReceiveEndpointHandle[] handles) : RiderHandle
    {
        public Task Ready => Task.WhenAll(handles.Select(x => x.Ready));

        public Task StopAsync(CancellationToken cancellationToken) => endpoints.StopEndpoints(cancellationToken);
    }
}
