using System.CommandLine;
using FetchEtl.Logins;

namespace FetchEtl.Service;

internal static class AdoptCommand
{
    private static readonly LiftArguments Arguments = new();

    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "Count, and say what would be refused, but change nothing." };

    private static readonly Option<bool> HexIsRaw = new("--hex-is-raw")
    {
        Description = "Values of 64 hex digits are raw like others, not a former SHA-256 method's masks.",
    };

    public static Command Create() => Verb.Create(
        "adopt",
        "Masks columns of a table in place: raw values, or the masks of Masking:Former. Started again, it goes on. Exit code 3: something is left.",
        RunAsync,
        Arguments.Table, Arguments.Columns, Arguments.BatchSize, DryRun, HexIsRaw);

    private static async Task<int> RunAsync(ParseResult parsed, string[] settings, CancellationToken cancellationToken)
    {
        using var host = new LiftHost(settings);
        var columns = Arguments.Check(parsed, host.Options);
        if (columns.Count == 0)
        {
            throw new UsageException("--column must name the columns to mask and what they hold, as masked_ip=ip.");
        }

        if (parsed.GetValue(HexIsRaw) && host.Options.Former is { } former)
        {
            throw new UsageException($"--hex-is-raw and Masking:Former {former} say different things of 64 hex digits: leave one out.");
        }

        try
        {
            return await AdoptAsync(host, parsed, columns, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return await LiftVerb.StoppedAsync("adopt");
        }
    }

    private static async Task<int> AdoptAsync(LiftHost host, ParseResult parsed, IReadOnlyList<LiftColumn> columns, CancellationToken cancellationToken)
    {
        var adopter = new Adopter(host.Masker, host.Options.Former, parsed.GetValue(HexIsRaw));
        var adoption = new Adoption(host.Contexts, host.Check, host.Masker, adopter, PiiVault.Of(host.Options), host.Time);
        var plan = await adoption.PlanAsync(parsed.GetValue(Arguments.Table)!, columns, cancellationToken);
        if (plan.Problems.Count > 0 || parsed.GetValue(DryRun))
        {
            LiftReport.Write(plan.Counts);
            if (plan.Problems.Count > 0)
            {
                throw new MaskingRefusedException(plan.Problems);
            }

            Console.WriteLine($"{plan.ToMask} values would change. Nothing was changed.");
            return Verb.Succeeded;
        }

        var summary = await LiftProgressBar.RunAsync(
            progress => adoption.RunAsync(plan, parsed.GetValue(Arguments.BatchSize), progress, cancellationToken));
        LiftReport.Write(plan.Counts, summary.After, []);
        LiftReport.WriteRate("rows", summary.Rows, summary.Elapsed);
        return await LiftVerb.EndAsync(summary.Left);
    }
}
