using System.Security.Cryptography;
using FetchEtl.Logins;

namespace FetchEtl.Benchmarks;

/// <summary>Configures the default masking with one key generation.</summary>
internal static class SampleKey
{
    /// <summary>The same in each run. Its value does not change the cost.</summary>
    private static readonly string Key = Convert.ToBase64String(SHA256.HashData("a sample key"u8));

    /// <summary>Adds the key to the options.</summary>
    public static void AddTo(LoginsOptions options) => options.Masking.Keys.Add(Key);
}
