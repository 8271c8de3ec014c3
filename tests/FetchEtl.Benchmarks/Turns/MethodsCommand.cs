using System.CommandLine;
using FetchEtl.Masking;

namespace FetchEtl.Benchmarks;

/// <summary>The verb <c>methods</c>: <c>fetch-etl drain</c> with each method of masking.</summary>
internal static class MethodsCommand
{
    public static Command Create() => DrainTurns.CreateCommand(
        "methods",
        """
        Measures fetch-etl drain with HMAC for all fields and with one look-alike method for its field, in turn,
        each with a PostgreSQL and a local SQS of its own.
        """,
        static (turns, _, cancellationToken) => RunAsync(turns, cancellationToken));

    private static async Task RunAsync(DrainTurns turns, CancellationToken cancellationToken)
    {
        await using var hmac = await MeasuredEstate.CreateAsync(cancellationToken);
        await using var ipCrypt = await CreateAsync("ip", MaskingMethod.IpCrypt);
        await using var ipCryptPfx = await CreateAsync("ip", MaskingMethod.IpCryptPfx);
        await using var ff1 = await CreateAsync("device_id", MaskingMethod.Ff1);
        await turns.RunAsync(
            [("Hmac", hmac), ("IpCrypt", ipCrypt), ("IpCryptPfx", ipCryptPfx), ("Ff1", ff1)], cancellationToken);

        Task<MeasuredEstate> CreateAsync(string field, MaskingMethod method) =>
            MeasuredEstate.CreateAsync(cancellationToken, ($"Masking__Methods__{field}", $"{method}"));
    }
}
