using MassTransit.Transports;

namespace FetchEtl.Sqs;

/// <summary>
/// The SQS rider of a bus. It starts and stops its receive endpoints with the bus and reports their health.
/// </summary>
public interface ISqsRider : IRiderControl;
