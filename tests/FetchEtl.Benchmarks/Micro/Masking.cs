using System.Text.Json;
using BenchmarkDotNet.Attributes;
using FetchEtl.Logins;
using FetchEtl.Masking;

namespace FetchEtl.Benchmarks;

/// <summary>Measures the masking of the three fields that are masked by default, with one key generation.</summary>
public class Masking
{
    private KeyedPiiMasker _masker = null!;
    private LoginMessage[] _logins = [];

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        var options = new LoginsOptions();
        SampleKey.AddTo(options);
        _masker = new KeyedPiiMasker(options.Masking);
        var sample = await SampleMessages.ReceiveAsync();
        _logins = [.. sample.Select(message => JsonSerializer.Deserialize<LoginMessage>(message.Body)!)];
    }

    [Benchmark(OperationsPerInvoke = SampleMessages.Count)]
    public string? Ip()
    {
        string? last = null;
        foreach (var login in _logins)
        {
            last = _masker.Mask(PiiField.Ip, login.Ip);
        }

        return last;
    }

    [Benchmark(OperationsPerInvoke = SampleMessages.Count)]
    public string? DeviceId()
    {
        string? last = null;
        foreach (var login in _logins)
        {
            last = _masker.Mask(PiiField.DeviceId, login.DeviceId);
        }

        return last;
    }

    [Benchmark(OperationsPerInvoke = SampleMessages.Count)]
    public string? UserId()
    {
        string? last = null;
        foreach (var login in _logins)
        {
            last = _masker.Mask(PiiField.UserId, login.UserId);
        }

        return last;
    }
}
