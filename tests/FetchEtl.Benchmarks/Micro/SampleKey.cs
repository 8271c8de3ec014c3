using FetchEtl.Logins;

namespace FetchEtl.Benchmarks;

/// <summary>Configures the default masking with one key generation.</summary>
internal static class SampleKey
{
    /// <summary>All zeros: the value of the key does not change the cost.</summary>
    private static readonly string Key = Convert.ToBase64String(new byte[32]);

    /// <summary>Adds the key to the options.</summary>
    public static void AddTo(LoginsOptions options) => options.Masking.Keys.Add(Key);
}
