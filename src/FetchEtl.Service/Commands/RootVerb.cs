using System.CommandLine;

namespace FetchEtl.Service;

/// <summary>The program's command line.</summary>
internal static class RootVerb
{
    /// <summary>Runs a command line.</summary>
    /// <param name="args">The words behind the program's name.</param>
    /// <param name="termination">The signals.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] args, Termination termination)
    {
        // Termination handles signals: System.CommandLine has no limit from the settings and no second signal.
        var invocation = new InvocationConfiguration
        {
            ProcessTerminationTimeout = null,
            EnableDefaultExceptionHandler = false,
        };
        var root = Create(termination);
        try
        {
            if (args.Length == 0)
            {
                await root.Parse("--help").InvokeAsync(invocation);
                return Verb.Fail(["name a verb, such as 'fetch-etl demo'."]);
            }

            var parsed = root.Parse(args);
            if (ParseProblems.Of(parsed) is { Count: > 0 } problems)
            {
                return Verb.Fail(problems);
            }

            var code = await parsed.InvokeAsync(invocation, termination.Asked);
            return code == Verb.Interrupted ? termination.ExitCode : code;
        }
        catch (Exception exception)
        {
            // The verbs report the errors that a user can fix. What comes here is a bug, or a help that cannot be
            // printed.
            return Verb.Fail(ErrorText.Of(exception) ?? [exception.ToString()]);
        }
    }

    /// <summary>Creates the command line with all verbs.</summary>
    public static RootCommand Create(Termination termination)
    {
        var root = new RootCommand(
            "Moves login events from an SQS queue into PostgreSQL. Masks personal fields and writes each message "
            + "exactly once. Settings can follow any verb, as in --Sqs:QueueName=other; docs/configuration.md lists "
            + "them. 'fetch-etl <verb> --help' shows examples.")
        {
            DemoCommand.Create(termination),
            RunCommand.Create(termination),
            DrainCommand.Create(termination),
            HealthCommand.Create(),
            DoctorCommand.Create(),
            SendCommand.Create(),
            MigrateCommand.Create(),
            PartitionsCommand.Create(),
            IndexesCommand.Create(),
            KeysCommand.Create(),
            MaskCommand.Create(),
            RekeyCommand.Create(),
            AdoptCommand.Create(),
            RevealCommand.Create(),
            EraseCommand.Create(),
            DomainCommand.Create(),
            SubjectCommand.Create(),
            AuditCommand.Create(),
            RiskCommand.Create(),
            ReportCommand.Create(),
            ExportCommand.Create(),
            DeadCommand.Create(),
            LocalSqsCommand.Create(),
        };
        HelpWithExamples.AddTo(root);
        return root;
    }
}
