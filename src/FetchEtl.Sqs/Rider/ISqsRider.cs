using MassTransit.Transports;

namespace FetchEtl.Sqs;

/// <summary>The SQS rider of a bus: starts, stops and reports the health of its receive endpoints together with the bus.</summary>
public interface ISqsRider : IRiderControl;
