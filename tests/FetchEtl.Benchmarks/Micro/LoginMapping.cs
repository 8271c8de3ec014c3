using BenchmarkDotNet.Attributes;
using FetchEtl.Logins;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace FetchEtl.Benchmarks;

/// <summary>
/// Measures <see cref="LoginConsumer"/> from the message to the row: validation, masking and mapping. The messages are
/// cancelled, so the writer rejects each row at once.
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
        var deserializer = new RawLoginDeserializer(TimeProvider.System);
        var sample = await SampleMessages.ReceiveAsync();
        _messages = [.. sample.Select(message =>
        {
            var received = _endpoint.Open(message, cancelled: new CancellationToken(canceled: true));
            return deserializer.Deserialize(received).TryGetMessage<LoginMessage>(out var login)
                ? login
                : throw new InvalidOperationException("The deserializer returned no login for the body.");
        })];
        if (Array.Exists(_messages, message => !_consumer.Consume(message).IsCanceled))
        {
            throw new InvalidOperationException(
                "The writer accepted the row of a cancelled message, so the mapping cannot be measured alone.");
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
        var allCancelled = true;
        foreach (var message in _messages)
        {
            allCancelled &= _consumer.Consume(message).IsCanceled;
        }

        return allCancelled;
    }
}
