using System.CommandLine;
using FetchEtl.Maintenance;
using FetchEtl.Masking;

namespace FetchEtl.Service;

/// <summary>Masks the columns of an existing table in place.</summary>
internal static class AdoptCommand
{
    private static readonly TableArguments Arguments = new();

    private static readonly Option<bool> DryRun = new("--dry-run")
    {
        Description = "Count the values and report problems, but change nothing.",
    };

    private static readonly Option<bool> HexIsRaw = new("--hex-is-raw")
    {
        Description = "Values of 64 hex digits are raw values, not masks of a former SHA-256 method.",
    };

    private static readonly Option<long?> MasksAreRaw = new("--masks-are-raw")
    {
        Description = "The number of values in the form of a mask, as --dry-run shows it, where they are raw values.",
    };

    private static readonly Option<bool> Yes = new("--yes")
    {
        Description = "Do not ask before values are overwritten.",
    };

    public static Command Create() => Verb.Create(
        "adopt",
        "Masks columns of a table in place: raw values, or the masks of Masking:Former. That cannot be undone, so it " +
        "asks first. A second run continues an interrupted one. Exit code 3: some values are not masked.",
        RunAsync,
        Arguments.Table, Arguments.Columns, Arguments.BatchSize, DryRun, HexIsRaw, MasksAreRaw, Yes).WithExamples(
        "fetch-etl adopt --column masked_ip=ip --column masked_device_id=device_id --dry-run",
        "fetch-etl adopt --table old_logins --column ip=ip --yes");

    private static Task<int> RunAsync(ParseResult parsed, string[] settings, CancellationToken cancellationToken) =>
        DatabaseWork.RunAsync(
            () => AdoptAsync(parsed, settings, cancellationToken),
            "grant it SELECT and UPDATE on the table, and SELECT, INSERT and UPDATE on masking_generations; with a "
                + "vault SELECT and INSERT on pii_vault",
            stopped: null,
            cancellationToken);

    private static async Task<int> AdoptAsync(
        ParseResult parsed, string[] settings, CancellationToken cancellationToken)
    {
        using var host = new MaintenanceHost(settings, cancellationToken);
        var columns = Arguments.Check(parsed, host.Options);
        if (columns.Count == 0)
        {
            throw new UsageException("--column must name the columns to mask and their fields, as masked_ip=ip.");
        }

        if (parsed.GetValue(HexIsRaw) && host.Options.Former is { } former)
        {
            throw new UsageException(
                $"--hex-is-raw and Masking:Former {former} contradict each other on 64 hex digits: leave one out.");
        }

        TableArguments.RequireMasked(columns, await host.ReadTableAsync(cancellationToken));
        var adoption = new Adoption(
            host.Source, host.Verifier, host.Masker, host.Options, parsed.GetValue(HexIsRaw), host.Time)
        {
            RawMaskForms = parsed.GetValue(MasksAreRaw),
        };
        var table = parsed.GetValue(Arguments.Table)!;
        var plan = await adoption.PlanAsync(table, columns, cancellationToken);
        foreach (var warning in plan.Warnings)
        {
            Warnings.Write(warning);
        }

        if (plan.Problems.Count > 0 || parsed.GetValue(DryRun))
        {
            MaintenanceReport.Write(plan.Counts);
            if (plan.Problems.Count > 0)
            {
                throw new MaskingRefusedException(plan.Problems);
            }

            Console.WriteLine($"{plan.ToMask} values would change. Nothing was changed.");
            return Verb.Succeeded;
        }

        if (plan.ToMask > 0)
        {
            MaintenanceReport.Write(plan.Counts);
            StandardError.WriteLine(
                $"fetch-etl: {AdoptionConsent.Consequence(plan, table, columns, host.Options)}");
            if (!parsed.GetValue(Yes) && !await AdoptionConsent.AskAsync(cancellationToken))
            {
                StandardError.WriteLine("fetch-etl: nothing was changed.");
                return Verb.Failed;
            }
        }

        var summary = await TableProgress.RunAsync(
            "fetch-etl adopt",
            progress => adoption.RunAsync(plan, parsed.GetValue(Arguments.BatchSize), progress, cancellationToken),
            cancellationToken);
        MaintenanceReport.Write(plan.Counts, summary.After, []);
        MaintenanceReport.WriteRate("rows", summary.Rows, summary.Elapsed);
        return MaintenanceVerb.End(summary.Left);
    }
}
