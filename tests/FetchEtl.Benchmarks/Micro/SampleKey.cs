using FetchEtl.Logins;

namespace FetchEtl.Benchmarks;

/// <summary>The default masking, of one generation.</summary>
internal static class SampleKey
{
    /// <summary>Any key costs the same.</summary>
    private static readonly string Key = Convert.ToBase64String(new byte[32]);

    public static void AddTo(LoginsOptions options) => options.Masking.Keys.Add(Key);
}
