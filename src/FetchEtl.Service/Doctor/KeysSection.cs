using FetchEtl.Logins;
using FetchEtl.Masking;
using Microsoft.Extensions.Options;
using Npgsql;

namespace FetchEtl.Service;

/// <summary>The masking keys against the generations of the table, and the files that hold them.</summary>
internal sealed class KeysSection : IDoctorSection
{
    private const string NotRead = "masking_generations cannot be read";

    private const string CanRegister =
        """
        SELECT pg_catalog.has_table_privilege('masking_generations', 'INSERT')
            AND pg_catalog.has_table_privilege('masking_generations', 'UPDATE')
        """;

    public string Name => "Masking keys";

    public async Task<IReadOnlyList<Finding>> RunAsync(DoctorContext context, CancellationToken cancellationToken)
    {
        if (MaskingSetting.Read(context.Host.Configuration) is not { } masking)
        {
            const string Invalid = "the settings of Masking are invalid";
            return
            [
                Checks.Method.Skip(Invalid), Checks.Generations.Skip(Invalid), Checks.Pins.Skip(Invalid),
                Checks.KeyFiles.Skip(Invalid), Checks.Vault.Skip(Invalid),
            ];
        }

        return
        [
            Method(masking),
            .. await GenerationsAsync(context, masking, cancellationToken),
            .. KeyFiles(masking),
            Vault(masking),
        ];
    }

    private static Finding Method(MaskingOptions masking) => masking.Method == MaskingMethod.Hmac
        ? Checks.Method.Ok($"Hmac, {Words.Count(Math.Max(masking.Keys.Count, masking.KeyFiles.Count), "key")}")
        : Checks.Method.Warn(
            $"{masking.Method}: its masks can be reversed by trial, IPv4 in about a minute",
            "choose Hmac for a new table, and adopt an old one");

    private static async Task<IReadOnlyList<Finding>> GenerationsAsync(
        DoctorContext context, MaskingOptions masking, CancellationToken cancellationToken)
    {
        if (context.NoDatabase is { } reason)
        {
            return [Checks.Generations.Skip(reason), Checks.Pins.Skip(reason)];
        }

        if (!context.HasTable)
        {
            const string NoTable = "there is no table user_logins";
            return [Checks.Generations.Skip(NoTable), Checks.Pins.Skip(NoTable)];
        }

        try
        {
            return [.. await context.Limit.RunAsync(
                async token => await TryInspectAsync(context, masking, token), cancellationToken)];
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            var (found, remedy) = DatabaseTrouble.Describe(exception);
            return [Checks.Generations.Fail(found, remedy), Checks.Pins.Skip(NotRead)];
        }
    }

    private static async Task<IReadOnlyList<Finding>> TryInspectAsync(
        DoctorContext context, MaskingOptions masking, CancellationToken cancellationToken)
    {
        try
        {
            return await InspectAsync(context, masking, cancellationToken);
        }
        catch (PostgresException denied) when (denied.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            var role = await TableRights.ReadRoleAsync(context.Connection!, cancellationToken);
            return
            [
                Checks.Generations.Fail(
                    "the role may not read masking_generations",
                    $"run this as the owner of the tables:\nGRANT SELECT ON masking_generations TO {role};"),
                Checks.Pins.Skip(NotRead),
            ];
        }
    }

    private static async Task<IReadOnlyList<Finding>> InspectAsync(
        DoctorContext context, MaskingOptions masking, CancellationToken cancellationToken)
    {
        var database = DatabaseSection.Session(context);
        var settings = new LoginsOptions { Masking = masking };
        _ = SettingsReader.Read(context.Host.Configuration.GetSection("AppVersion"), settings.AppVersion);
        var options = Options.Create(settings);
        var found = await new StoredMasksVerifier(PiiMaskers.Create(masking), options)
            .InspectAsync(database, cancellationToken);
        if (found.Problems.Count > 0)
        {
            return
            [
                .. found.Problems.Select(problem => SettingsSection.Of(Checks.Generations, problem)),
                Checks.Pins.Skip("the keys are not those of the table"),
            ];
        }

        var findings = new List<Finding>(found.Differences.Count > 0
            ? found.Differences.Select(difference => SettingsSection.Of(Checks.Pins, difference))
            : [Checks.Pins.Ok("this process would write what the table holds")]);
        if (found.Unregistered.Count > 0)
        {
            var list = string.Join(", ", found.Unregistered);
            await using var command = new NpgsqlCommand(CanRegister, context.Connection);
            findings.Add(await command.ExecuteScalarAsync(cancellationToken) is true
                ? Checks.Generations.Ok($"generation {list} is new, and the first start registers it")
                : Checks.Generations.Fail(
                    $"masking_generations does not hold generation {list}, and the role may not write there",
                    "run 'fetch-etl keys register' with these keys, as the owner of the tables"));
        }

        if (found.Ignored.Count > 0)
        {
            findings.Add(Checks.Generations.Warn(
                $"masking_generations holds generation {string.Join(", ", found.Ignored)}, which nobody with these "
                + "keys wrote; it is ignored",
                "find who wrote there, and delete the rows"));
        }

        return findings.Exists(finding => finding.Check == Checks.Generations)
            ? findings
            : [Checks.Generations.Ok("the keys are those of the table"), .. findings];
    }

    private static IEnumerable<Finding> KeyFiles(MaskingOptions masking)
    {
        var open = Enumerable.Range(0, masking.KeyFiles.Count)
            .Where(index => SecretFile.IsReadableByAll(masking.KeyFiles[index])).ToList();
        return open.Count > 0
            ? open.Select(index => Checks.KeyFiles.Warn(
                $"every user of this machine can read the file of Masking:KeyFiles:{index}", "chmod 600 the file"))
            : [Checks.KeyFiles.Ok(masking.KeyFiles.Count == 0
                ? "none: the settings hold no key files"
                : "not readable by all users")];
    }

    private static Finding Vault(MaskingOptions masking) => masking.HasVault
        ? Checks.Vault.Ok("the public key can seal values")
        : Checks.Vault.Ok("none: values are not kept recoverable");
}
