using System.CommandLine;
using System.Runtime.CompilerServices;
using FetchEtl.Maintenance;
using FetchEtl.Masking;

namespace FetchEtl.Service;

/// <summary>
/// The common part of <c>reveal</c> and <c>erase</c>: masks as arguments or lines, and a database with or without
/// masking keys.
/// </summary>
internal static class VaultVerb
{
    private const int BatchSize = 1000;

    public static readonly Argument<string[]> Masks = new("mask")
    {
        Description = "The masks. Without any they are read from standard input, one a line.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    /// <summary>Reads the masks and passes them to the action in batches.</summary>
    /// <param name="parsed">The command line, with the masks that are arguments.</param>
    /// <param name="settings">
    /// The settings. They must name the database. Masking keys are used where they are set.
    /// </param>
    /// <param name="rights">The rights on the vault that the role needs, for the error text.</param>
    /// <param name="open">Creates what the verb does with a batch, after checks of its own.</param>
    /// <param name="cancellationToken">Ends the verb.</param>
    /// <exception cref="VerbStoppedException">It was stopped.</exception>
    public static async Task RunAsync(
        ParseResult parsed,
        string[] settings,
        string rights,
        Func<VaultTarget, Task<BatchAction>> open,
        CancellationToken cancellationToken)
    {
        var configuration = ServiceHost.Create(settings).Configuration;
        var masking = new MaskingOptions();
        configuration.ReadMasking(masking, cancellationToken);
        await using var database = DatabaseSetting.Open(DatabaseSetting.Read(configuration));
        var masker = Masker(masking);
        if (masker is not null)
        {
            Warnings.OfKeyFiles(masking);
        }

        var done = 0L;
        await DatabaseWork.RunAsync(
            async () =>
            {
                var target = new VaultTarget(database, new VaultAccess(database, masker), masker, masking);
                var action = await open(target);
                var given = parsed.Values(Masks).Length;
                // At a terminal, the results themselves show the progress.
                return await ProgressDisplay.RunAsync(
                    parsed.CommandResult.Command.Name == "erase" ? "erasing" : "revealing",
                    "masks",
                    ReadAllAsync,
                    isQuiet: !Console.IsOutputRedirected || !Console.IsInputRedirected && given == 0);

                async Task<long> ReadAllAsync(IProgress<WorkProgress> progress)
                {
                    await foreach (var batch in ReadAsync(parsed, cancellationToken))
                    {
                        await action(batch, Advance);
                    }

                    return done;

                    void Advance(int count) =>
                        progress.Report(new WorkProgress(done += count, given == 0 ? null : given));
                }
            },
            $"grant it {rights}",
            () => $"stopped after {done} masks, which are done. Repeat it with the masks behind them.",
            cancellationToken);
    }

    private static IPiiMasker? Masker(MaskingOptions options)
    {
        if (options.Method == MaskingMethod.Hmac && !options.HasKeys)
        {
            return null;
        }

        return PiiMaskers.Create(options);
    }

    private static async IAsyncEnumerable<IReadOnlyList<NamedMask>> ReadAsync(
        ParseResult parsed, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var batch = new List<NamedMask>();
        var number = 0;
        var masks = parsed.Values(Masks);
        foreach (var mask in masks)
        {
            batch.Add(new NamedMask($"mask {++number}", mask));
        }

        if (masks.Length == 0)
        {
            StandardInput.Open("masks");
        }

        while (masks.Length == 0 && await StandardInput.ReadLineAsync(cancellationToken) is { } line)
        {
            batch.Add(new NamedMask($"line {++number}", line.Trim()));
            if (batch.Count == BatchSize)
            {
                yield return batch;
                batch = [];
            }
        }

        if (batch.Count > 0)
        {
            yield return batch;
        }
    }
}
