using System.Text;
using BenchmarkDotNet.Attributes;
using FetchEtl.Logins;
using MassTransit.Serialization;

namespace FetchEtl.Benchmarks;

/// <summary>
/// Measures the steps from a body to a valid login: the deserializer of the endpoint and the validator of the consumer.
/// </summary>
public class LoginReading
{
    private readonly RawLoginDeserializer _deserializer = new(TimeProvider.System);
    private byte[][] _bodies = [];
    private LoginMessage[] _logins = [];

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        var sample = await SampleMessages.ReceiveAsync();
        _bodies = [.. sample.Select(message => Encoding.UTF8.GetBytes(message.Body))];
        _logins = Array.ConvertAll(_bodies, Read);
        if (Array.Exists(_logins, login => Check(login) > 0))
        {
            throw new InvalidOperationException("A login of the sample is invalid.");
        }
    }

    [Benchmark(OperationsPerInvoke = SampleMessages.Count)]
    public LoginMessage? Deserialise()
    {
        LoginMessage? last = null;
        foreach (var body in _bodies)
        {
            last = Read(body);
        }

        return last;
    }

    [Benchmark(OperationsPerInvoke = SampleMessages.Count)]
    public int Validate()
    {
        var problems = 0;
        foreach (var login in _logins)
        {
            problems += Check(login);
        }

        return problems;
    }

    private static int Check(LoginMessage login) =>
        LoginValidator.Validate(login, AppVersionEncoding.Ordered, out _).Count;

    private LoginMessage Read(byte[] body)
    {
        var context = _deserializer.Deserialize(new MemoryMessageBody(body), EmptyHeaders.Instance);
        return context.TryGetMessage<LoginMessage>(out var login) && login is not null
            ? login
            : throw new InvalidOperationException("The deserializer returned no login for the body.");
    }
}
