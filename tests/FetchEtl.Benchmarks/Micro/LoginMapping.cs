using BenchmarkDotNet.Attributes;
using FetchEtl.Logins;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace FetchEtl.Benchmarks;

/// <summary>
/// <see cref="LoginConsumer"/>'s part, from the message to the row: it validates, masks and maps in one. The messages are
/// cancelled, and so the writer turns each row away at its door.
/// </summary>
public class LoginMapping
{
    private PipeEndpoint _endpoint = null!;
    private ServiceProvider _services = null!;
    private LoginConsumer _consumer = null!;
    private ConsumeContext<LoginMessage>[] _messages = [];

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        _services = new ServiceCollection()
            .AddLogging()
            .AddLogins(options =>
            {
                SampleKey.AddTo(options);
                options.ConnectionString = "Host=127.0.0.1";
            })
            .BuildServiceProvider();
        _consumer = _services.GetRequiredService<LoginConsumer>();
        _endpoint = new PipeEndpoint(new Commit());
        var deserializer = new RawLoginDeserializer();
        var sample = await SampleMessages.ReceiveAsync();
        _messages = [.. sample.Select(message =>
        {
            var received = _endpoint.Open(message, cancelled: new CancellationToken(canceled: true));
            return deserializer.Deserialize(received).TryGetMessage<LoginMessage>(out var login)
                ? login
                : throw new InvalidOperationException("The deserializer made no login of the body.");
        })];
        if (Array.Exists(_messages, message => !_consumer.Consume(message).IsCanceled))
        {
            throw new InvalidOperationException("The writer takes rows of cancelled messages: their mapping can't be measured so.");
        }
    }

    [GlobalCleanup]
    public async Task CleanUpAsync()
    {
        await _endpoint.DisposeAsync();
        await _services.DisposeAsync();
    }

    [Benchmark(OperationsPerInvoke = SampleMessages.Count)]
    public bool Consume()
    {
        var turnedAway = true;
        foreach (var message in _messages)
        {
            turnedAway &= _consumer.Consume(message).IsCanceled;
        }

        return turnedAway;
    }
}
