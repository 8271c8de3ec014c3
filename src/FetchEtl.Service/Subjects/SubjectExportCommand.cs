using System.CommandLine;
using FetchEtl.Masking;

namespace FetchEtl.Service;

/// <summary>Writes a person's data to a file that only its owner can read, for the right of access.</summary>
internal static class SubjectExportCommand
{
    private static readonly SubjectArguments Arguments = new();

    private static readonly Option<string> Output = new("--output")
    {
        Description = "The file to create, which nobody else may read; '-' prints to standard output.",
        Required = true,
    };

    private static readonly Option<string?> PrivateKey = new("--private-key")
    {
        Description = "PEM file of the vault's private key, which opens the sealed values.",
    };

    private static readonly Option<string?> PassphraseFile = new("--passphrase-file")
    {
        Description = "File whose first line is the passphrase of an encrypted private key.",
    };

    public static Command Create() => Verb.Create(
        "export",
        "Writes one person's rows, sealed values and dead letters to a file, as JSON. Check it before you hand it "
        + "over: several persons can share an address. Exit code 3: some letters or tables were not seen.",
        RunAsync,
        Arguments.Field, PurposeOption.Purpose, Output, PrivateKey, PassphraseFile, Arguments.NoDeadLetters,
        Arguments.Force, Arguments.Values).WithExamples(
            "fetch-etl subject export --field user_id --purpose 'request 88' --output export.json < user.txt");

    private static async Task<int> RunAsync(ParseResult parsed, string[] settings, CancellationToken cancellationToken)
    {
        using var key = parsed.GetValue(PrivateKey) is { } file
            ? PrivateKeyFile.Read(PrivateKey.Name, file, PassphraseFile.Name, parsed.GetValue(PassphraseFile))
            : null;
        return await SubjectSession.RunAsync(
            "export",
            SubjectFindCommand.Rights,
            Arguments,
            parsed,
            settings,
            session => ExportAsync(session, parsed.GetValue(Output)!, key, cancellationToken),
            cancellationToken);
    }

    private static async Task<int> ExportAsync(
        SubjectSession session, string path, RevealingKey? key, CancellationToken cancellationToken)
    {
        var export = new SubjectExport(session, key);
        session.Tally = () => new(export.Rows, export.Letters, export.SealedValues);
        var left = session.PastTables.Where(table => table.Problem is not null).ToList();
        left.ForEach(PastTableFound.Warn);
        bool isLeft;
        await using (var stream = path == StandardInput.Name ? Console.OpenStandardOutput() : Create(path))
        {
            isLeft = await export.WriteAsync(stream, cancellationToken);
        }

        if (path != StandardInput.Name)
        {
            Console.WriteLine(
                $"{Words.Number(export.Rows)} rows, {Words.Number(export.SealedValues)} sealed values and "
                + $"{Words.Number(export.Letters)} dead letters were written.");
        }

        if (export.Users > 1)
        {
            Warnings.Write(
                $"the rows have {Words.Number(export.Users)} different user ids: several persons can share an address "
                + "or a device. Take out what is not this person's before you hand it over");
        }

        return isLeft || left.Count > 0 ? Verb.LeftBehind : Verb.Succeeded;
    }

    private static FileStream Create(string path)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            return new FileStream(path, options);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UsageException(
                $"{Output.Name} names a file that cannot be created. Remedy: name one that does not exist, in a folder "
                + "that you may write to. Nothing was exported.");
        }
    }
}
