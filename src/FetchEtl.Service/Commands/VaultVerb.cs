using System.CommandLine;
using FetchEtl.Logins;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace FetchEtl.Service;

/// <summary>What the verbs of the vault have in common: masks as arguments or lines, and a database with or without masking keys.</summary>
internal static class VaultVerb
{
    private const int BatchSize = 1000;

    public static readonly Argument<string[]> Masks = new("mask")
    {
        Description = "The masks. Without any they are read from standard input, one a line.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    /// <param name="parsed">Holds the masks that were given as arguments.</param>
    /// <param name="settings">Must name the database; masking keys are used where they are set.</param>
    /// <param name="rights">What the role must be allowed to do.</param>
    /// <param name="action">Gets the masks in batches, each mask with its name for error lines.</param>
    /// <param name="cancellationToken">Ends the verb.</param>
    public static async Task RunAsync(
        ParseResult parsed,
        string[] settings,
        string rights,
        Func<VaultAccess, IReadOnlyList<NamedMask>, Task> action,
        CancellationToken cancellationToken)
    {
        var configuration = ServiceHost.Create(settings).Configuration;
        var masking = new MaskingOptions();
        configuration.BindMasking(masking);
        var options = new DbContextOptionsBuilder<LoginDbContext>().UseNpgsql(DatabaseSetting.Read(configuration)).Options;
        await using var database = new LoginDbContext(options);
        // A look at each row of a large vault takes its time; Ctrl+C ends it.
        database.Database.SetCommandTimeout(TimeSpan.Zero);
        var access = new VaultAccess(database, Masker(masking));

        try
        {
            await foreach (var batch in ReadAsync(parsed, cancellationToken))
            {
                await action(access, batch);
            }
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new UsageException($"The role in ConnectionStrings:Logins lacks a right: grant it {rights} on pii_vault.");
        }
    }

    private static IPiiMasker? Masker(MaskingOptions options)
    {
        if (options.Method == MaskingMethod.Hmac && options.Keys.Count + options.KeyFiles.Count == 0)
        {
            return null;
        }

        MaskingOptionsCheck.Require(options);
        return PiiMaskers.Create(options);
    }

    private static async IAsyncEnumerable<IReadOnlyList<NamedMask>> ReadAsync(
        ParseResult parsed, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var batch = new List<NamedMask>();
        var number = 0;
        var masks = parsed.Values(Masks);
        foreach (var mask in masks)
        {
            batch.Add(new NamedMask($"mask {++number}", mask));
        }

        while (masks.Length == 0 && await Console.In.ReadLineAsync(cancellationToken) is { } line)
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
