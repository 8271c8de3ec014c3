using System.CommandLine;
using FetchEtl.Masking;

namespace FetchEtl.Service;

/// <summary>
/// Prints the masks of known values, to search the table for them. It needs the settings of masking, but neither queue
/// nor database.
/// </summary>
internal static class MaskCommand
{
    private static readonly Option<string> Field = new("--field")
    {
        Description = $"The field that the values belong to: {PiiFields.Names}.",
        Required = true,
    };

    private static readonly Argument<string[]> Values = new("value")
    {
        Description = "The values. Without any they are read from standard input, one a line. Prefer that: other " +
            "users of this machine can see arguments.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public static Command Create() => Verb.Create(
        "mask", "Prints the masks of known values under these settings, one a line.", RunAsync, Field, Values)
        .WithExamples("fetch-etl mask --field ip 192.0.2.7", "fetch-etl mask --field device_id < devices.txt");

    private static async Task<int> RunAsync(ParseResult parsed, string[] settings, CancellationToken cancellationToken)
    {
        var options = new MaskingOptions();
        ServiceHost.Create(settings).Configuration.ReadMasking(options, cancellationToken);
        var masker = PiiMaskers.Create(options);
        Warnings.OfKeyFiles(options);
        var field = MaskedField(parsed.GetValue(Field)!, options);
        if (options.Fields.Count == 0 && !PiiFields.Always.Contains(field))
        {
            Warnings.Write(
                $"Masking:Fields is unset, so the table decides whether {field.Name()} is masked: an older table " +
                "holds it as received, and none of these masks. 'fetch-etl doctor' shows the table's masked fields");
        }

        var values = parsed.Values(Values);
        for (var number = 1; number <= values.Length; number++)
        {
            Print(values[number - 1], $"value {number}");
        }

        if (values.Length == 0)
        {
            await PrintLinesAsync();
        }

        return Verb.Succeeded;

        async Task PrintLinesAsync()
        {
            var count = 0;
            try
            {
                StandardInput.Open("values");
                while (await StandardInput.ReadLineAsync(cancellationToken) is { } line)
                {
                    Print(line, $"line {++count}");
                }
            }
            catch (OperationCanceledException)
            {
                throw new VerbStoppedException($"stopped after line {count} of the input. Repeat it with the rest.");
            }
        }

        // A value without a mask prints an empty line, so that masks and values stay on the same lines.
        void Print(string value, string name)
        {
            var text = new PersonalText(value);
            Console.WriteLine(masker.Mask(field, text));
            if (masker is KeyedPiiMasker keyed && !keyed.CanMask(field, text))
            {
                Warnings.Write(
                    $"{name} has no mask: Masking:Methods:{field.Name()} is {keyed.MethodOf(field)}, which does " +
                    "not mask every text; a login with it becomes a dead letter");
            }
        }
    }

    private static PiiField MaskedField(string name, MaskingOptions options)
    {
        if (!PiiFields.TryParse(name, out var field))
        {
            throw new UsageException($"--field must be one of {PiiFields.Names}.");
        }

        return options.Fields.Count == 0 || options.Fields.Contains(field.Name())
            ? field
            : throw new UsageException(
                $"{name} is not masked: search for the value itself, or name it in Masking:Fields if the service's " +
                "settings do, and remove that setting if the service's settings leave it out.");
    }
}
