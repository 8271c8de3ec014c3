using System.Text;

namespace FetchEtl.Service.Tests;

/// <summary>
/// Runs a command line in this process and keeps what it prints. Only for verbs that need no environment of their own:
/// a process of its own takes about a second.
/// </summary>
internal sealed record ConsoleCapture(int ExitCode, string Output, string Errors)
{
    private static readonly AsyncLocal<StringWriter?> Out = new();
    private static readonly AsyncLocal<StringWriter?> Error = new();

    static ConsoleCapture()
    {
        Console.SetOut(new Router(Out, Console.Out));
        Console.SetError(new Router(Error, Console.Error));
    }

    public static Task<ConsoleCapture> RunAsync(string line) => RunAsync(line.Split(' '));

    public static async Task<ConsoleCapture> RunAsync(params string[] words)
    {
        var (output, errors) = (Out.Value = new StringWriter(), Error.Value = new StringWriter());
        using var termination = new Termination(TimeProvider.System);

        var code = await RootVerb.RunAsync(words, termination);

        return new ConsoleCapture(code, output.ToString(), errors.ToString());
    }

    /// <summary>Runs a part of a verb, and returns what it printed on standard error.</summary>
    public static async Task<(T Result, string Errors)> ErrorsOfAsync<T>(Func<Task<T>> work)
    {
        var errors = Error.Value = new StringWriter();
        var result = await work();
        return (result, errors.ToString());
    }

    /// <summary>Tests run in parallel: each one's text goes to its own writer.</summary>
    private sealed class Router(AsyncLocal<StringWriter?> target, TextWriter console) : TextWriter
    {
        public override Encoding Encoding => console.Encoding;

        public override void Write(char value) => (target.Value ?? console).Write(value);

        public override void Write(string? value) => (target.Value ?? console).Write(value);

        public override void WriteLine(string? value) => (target.Value ?? console).WriteLine(value);
    }
}
