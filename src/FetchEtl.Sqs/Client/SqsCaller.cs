using System.Net;
using Microsoft.Extensions.Logging;

namespace FetchEtl.Sqs;

/// <summary>
/// One attempt of a call: in the protocol that is settled, or, while none is, in JSON with Query as the second try.
/// </summary>
internal sealed class SqsCaller
{
    private readonly SqsEndpoint _endpoint;
    private readonly SqsExchange _exchange;
    private readonly SqsCredentials _credentials;
    private readonly SigningClock _clock;
    private readonly ILogger _logger;
    private readonly JsonProtocol _json;
    private readonly QueryProtocol _query;
    private ISqsProtocol? _settled;

    public SqsCaller(
        SqsEndpoint endpoint, SqsProtocol protocol, SqsExchange exchange, SqsCredentials credentials, SigningClock clock, ILogger logger)
    {
        _endpoint = endpoint;
        _exchange = exchange;
        _credentials = credentials;
        _clock = clock;
        _logger = logger;
        _json = new JsonProtocol(endpoint.Url);
        _query = new QueryProtocol(endpoint.Url);
        _settled = protocol switch
        {
            SqsProtocol.Json => _json,
            SqsProtocol.Query => _query,
            _ => null,
        };
    }

    /// <exception cref="SqsException">The attempt failed.</exception>
    public async Task<T> CallAsync<T>(
        SqsRequest request, Func<ISqsProtocol, ReadOnlyMemory<byte>, T> read, CancellationToken cancellationToken)
    {
        var settled = Volatile.Read(ref _settled);
        var protocol = settled ?? _json;
        var signed = _clock.UtcNow;
        using var reply = await _exchange.SendAsync(protocol, request, cancellationToken);
        if (settled is null)
        {
            if (IsRefusalOfJson(reply))
            {
                signed = _clock.UtcNow;
                using var second = await _exchange.SendAsync(_query, request, cancellationToken);
                if (IsAnswerInQuery(second))
                {
                    Settle(_query);
                    return Interpret(_query, request, second, signed, read);
                }
            }
            else if (reply.IsSuccess || _json.ReadError(reply.Content) is not null)
            {
                Settle(_json);
            }
        }

        return Interpret(protocol, request, reply, signed, read);
    }

    /// <summary>
    /// Whether an endpoint that was asked in JSON shows that it does not speak it: it answers in something else, or does
    /// not know the operation. A JSON error is an answer in JSON, and a gateway without a service behind it says nothing
    /// about the service.
    /// </summary>
    private bool IsRefusalOfJson(SqsReply reply)
    {
        if (reply.IsSuccess)
        {
            return !_json.Recognizes(reply.Content);
        }

        return _json.ReadError(reply.Content) is { } error
            ? SqsErrors.IsUnknownOperation(error.Code)
            : reply.StatusCode is not (HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
                or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout);
    }

    /// <summary>Only a proper answer of the Query protocol, success or error, settles on it.</summary>
    private bool IsAnswerInQuery(SqsReply reply) => reply.IsSuccess
        ? _query.Recognizes(reply.Content)
        : _query.ReadError(reply.Content) is { } error && !SqsErrors.IsUnknownOperation(error.Code);

    private void Settle(ISqsProtocol protocol)
    {
        if (Interlocked.CompareExchange(ref _settled, protocol, null) is null)
        {
            _logger.ProtocolSettled(_endpoint.Url, protocol.Kind);
        }
    }

    private T Interpret<T>(
        ISqsProtocol protocol,
        SqsRequest request,
        SqsReply reply,
        DateTimeOffset signed,
        Func<ISqsProtocol, ReadOnlyMemory<byte>, T> read)
    {
        if (!reply.IsSuccess)
        {
            throw Failure(protocol, request, reply, signed);
        }

        try
        {
            return read(protocol, reply.Content);
        }
        catch (Exception exception) when (exception is FormatException or OverflowException or ArgumentException)
        {
            // Neither its text nor the exception itself goes on: both may quote the reply.
            throw Unrecognized(request, reply, "the reply can't be read as the operation's result");
        }
    }

    private SqsException Failure(ISqsProtocol protocol, SqsRequest request, SqsReply reply, DateTimeOffset signed)
    {
        if (protocol.ReadError(reply.Content) is not { } error)
        {
            return Unrecognized(request, reply, $"status {(int)reply.StatusCode} without an error of the {protocol.Kind} protocol");
        }

        var isTransient = SqsErrors.IsTransient(error.Code, reply.StatusCode);
        if (SqsErrors.IsExpiredCredentials(error.Code))
        {
            _credentials.Refresh();
        }
        else if (reply.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.Forbidden
            && SigningClock.IsOutOfTime(signed, reply.Date))
        {
            // Whatever the service calls it. The next attempt is signed with its time, unless another call saw to that already.
            if (SigningClock.IsOutOfTime(_clock.UtcNow, reply.Date))
            {
                _clock.Follow(reply.Date!.Value);
                _logger.ClockCorrected(_endpoint.Url);
            }

            isTransient = true;
        }

        // An explanation could quote a body only where bodies were sent.
        var explanation = request.CarriesBodies ? null : error.Message;
        return new SqsException(
            request.Operation,
            error.Code,
            string.IsNullOrEmpty(explanation) ? $"status {(int)reply.StatusCode}" : explanation,
            isTransient,
            reply.StatusCode,
            error.RequestId ?? reply.RequestId);
    }

    private SqsException Unrecognized(SqsRequest request, SqsReply reply, string explanation) => new(
        request.Operation,
        SqsErrorCode.UnrecognizedReply,
        $"{explanation}; is {_endpoint.Url} an SQS endpoint?",
        SqsErrors.IsTransient(SqsErrorCode.UnrecognizedReply, reply.StatusCode),
        reply.StatusCode,
        reply.RequestId);
}
