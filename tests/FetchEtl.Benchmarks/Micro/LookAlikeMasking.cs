using BenchmarkDotNet.Attributes;
using FetchEtl.Logins;
using FetchEtl.Masking;

namespace FetchEtl.Benchmarks;

/// <summary>Measures masks that look like addresses and device ids, one by one, and one turned back.</summary>
public class LookAlikeMasking
{
    private static readonly PersonalText Ipv4 = new("198.51.100.77");
    private static readonly PersonalText Ipv6 = new("2001:db8:85a3::8a2e:370:7334");
    private static readonly PersonalText Device = new("593-47-5928");

    private readonly KeyedPiiMasker _ipCrypt = Masker(MaskingMethod.IpCrypt);
    private readonly KeyedPiiMasker _ipCryptPfx = Masker(MaskingMethod.IpCryptPfx);
    private string _mask = null!;

    [GlobalSetup]
    public void SetUp() => _mask = _ipCryptPfx.Mask(PiiField.Ip, Ipv4)!;

    [Benchmark]
    public string? IpCryptIpv4() => _ipCrypt.Mask(PiiField.Ip, Ipv4);

    [Benchmark]
    public string? IpCryptPfxIpv4() => _ipCryptPfx.Mask(PiiField.Ip, Ipv4);

    [Benchmark]
    public string? IpCryptPfxIpv6() => _ipCryptPfx.Mask(PiiField.Ip, Ipv6);

    [Benchmark]
    public PersonalText? IpCryptPfxIpv4Back() => _ipCryptPfx.Unmask(PiiField.Ip, _mask, 1);

    [Benchmark]
    public string? Ff1() => _ipCrypt.Mask(PiiField.DeviceId, Device);

    private static KeyedPiiMasker Masker(MaskingMethod ip)
    {
        var options = new LoginsOptions();
        SampleKey.AddTo(options);
        options.Masking.Methods["ip"] = ip;
        options.Masking.Methods["device_id"] = MaskingMethod.Ff1;
        return new KeyedPiiMasker(options.Masking);
    }
}
