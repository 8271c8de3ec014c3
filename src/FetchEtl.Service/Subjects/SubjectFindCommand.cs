using System.CommandLine;
using System.Text.Json;

namespace FetchEtl.Service;

/// <summary>Counts a person's data by place and date. It prints no value.</summary>
internal static class SubjectFindCommand
{
    public const string Rights = "SELECT on user_logins and pii_vault";

    private static readonly SubjectArguments Arguments = new();

    public static Command Create() => Verb.Create(
        "find",
        "Counts one person's rows, sealed values and dead letters, and prints no value. Exit code 3: some letters or "
        + "tables were not seen.",
        RunAsync,
        Arguments.Field, PurposeOption.Purpose, Arguments.NoDeadLetters, Arguments.Force, Arguments.Json,
        Arguments.Values).WithExamples(
            "fetch-etl subject find --field user_id --purpose 'request 88' < user.txt");

    private static Task<int> RunAsync(ParseResult parsed, string[] settings, CancellationToken cancellationToken) =>
        SubjectSession.RunAsync(
            "find",
            Rights,
            Arguments,
            parsed,
            settings,
            async session =>
            {
                var found = await SubjectFound.CountAsync(session, cancellationToken);
                session.Tally = found.ToTally;
                if (parsed.GetValue(Arguments.Json))
                {
                    Console.WriteLine(JsonSerializer.Serialize(found, SubjectJson.Default.SubjectFound));
                }
                else
                {
                    found.Write(session.Letters?.Queue);
                }

                return session.Letters?.IsStopped == true ? Verb.Interrupted
                    : found.IsComplete ? Verb.Succeeded
                    : Verb.LeftBehind;
            },
            cancellationToken);
}
