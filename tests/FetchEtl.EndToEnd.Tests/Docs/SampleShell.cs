using System.Diagnostics;
using FetchEtl.Testing;
using Npgsql;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>
/// Runs a page's shell samples as a reader would, one after the other in one shell, in a folder of their own.
/// <c>fetch-etl</c> is the real program. It uses the test's queue and database, whatever addresses the page exports. A
/// program that is neither on this machine nor in <see cref="NotRunHere"/> fails the test.
/// </summary>
internal sealed class SampleShell : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    /// <summary>Programs that do nothing here, with the reason.</summary>
    private static readonly Dictionary<string, string> NotRunHere = new()
    {
        ["aws"] = "needs the AWS CLI and an account",
        ["docker"] = "needs a Docker engine",
    };

    /// <summary>
    /// Verbs that run until they are stopped are stopped in order as soon as they are ready: <c>run</c> logs that it
    /// receives (event 1100), and <c>local-sqs</c> prints the setting for its address.
    /// </summary>
    private const string FetchEtl =
        """
        #!/bin/sh
        export Sqs__ServiceUrl="$DOCS_SQS" ConnectionStrings__Logins="$DOCS_DATABASE"
        case "$1" in
        run) ready='\[1100\]' ;;
        local-sqs) ready='Sqs__ServiceUrl=http'; set -- "$@" --port 0 ;;
        *) exec env PATH="$DOCS_PATH" dotnet "$DOCS_PROGRAMS/fetch-etl.dll" "$@" ;;
        esac
        log=$(mktemp)
        env PATH="$DOCS_PATH" dotnet "$DOCS_PROGRAMS/fetch-etl.dll" "$@" > "$log" 2>&1 &
        until grep -q "$ready" "$log"; do
            kill -0 $! 2> /dev/null || { cat "$log" >&2; exit 1; }
            sleep 0.1
        done
        kill -TERM $!
        wait $! || { cat "$log" >&2; exit 1; }
        """;

    /// <summary>
    /// The service runs from the build under test. A benchmark takes too long, so only its verb and options are
    /// checked. Commands that build, test or change the repository do not run; the files that they name must exist.
    /// </summary>
    private const string Dotnet =
        """
        #!/bin/sh
        case "$*" in
        "run --project src/FetchEtl.Service -- "*) shift 4; exec fetch-etl "$@" ;;
        "run -c Release --project tests/FetchEtl.Benchmarks -- "*)
            shift 6
            program=$DOCS_PROGRAMS/FetchEtl.Benchmarks.dll
            help=$(env PATH="$DOCS_PATH" dotnet "$program" "$1" --help) || { echo "$help" >&2; exit 1; }
            for argument in "$@"; do
                case "$argument" in --*)
                    echo "$help" | grep -q -e "^ .*$argument\b" || { echo "no $argument in $1" >&2; exit 1; } ;;
                esac
            done ;;
        build | test* | publish* | pack* | "tool restore" | "ef migrations "*)
            for argument in "$@"; do
                case "$argument" in src/* | tests/* | migrations/*)
                    test -e "$DOCS_ROOT/$argument" || { echo "no $argument" >&2; exit 1; } ;;
                esac
            done ;;
        *) echo "dotnet $*: not known to SampleShell.cs" >&2; exit 127 ;;
        esac
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fetch-etl-docs-");

    public string Folder => _folder.FullName;

    /// <summary>Runs all shell samples of a page.</summary>
    /// <returns>The exit code, and standard error. On a failure its last line "Sample …" names the sample.</returns>
    public async Task<(int ExitCode, string Errors)> RunAsync(DocPage page, Estate estate)
    {
        WritePrograms();
        foreach (var file in page.Fences.Where(fence => fence.FileName is not null))
        {
            await File.WriteAllTextAsync(Path.Combine(Folder, file.FileName!), file.Code);
        }

        var start = CreateStart(estate);
        if (page.Fences.Any(fence => fence.Code.Contains("Masking__KeyFiles__0=", StringComparison.Ordinal)))
        {
            // The page creates its own key.
            start.Environment.Remove("Masking__Keys__0");
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        foreach (var sample in page.Fences.Where(fence => fence.Language == "sh"))
        {
            await process.StandardInput.WriteAsync($"echo 'Sample {sample}' >&2\n{sample.Code}\n");
        }

        process.StandardInput.Close();
        try
        {
            await process.WaitForExitAsync().WaitAsync(Limit);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }

        await output;
        return (process.ExitCode, await errors);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private ProcessStartInfo CreateStart(Estate estate)
    {
        var database = new NpgsqlConnectionStringBuilder(estate.ConnectionString);
        var start = new ProcessStartInfo("sh", ["-e"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Folder,
        };
        foreach (var (key, value) in estate.Settings)
        {
            start.Environment[key] = value;
        }

        start.Environment["DOCS_PATH"] = start.Environment["PATH"];
        start.Environment["PATH"] = $"{Path.Combine(Folder, "bin")}:{start.Environment["PATH"]}";
        start.Environment["DOCS_SQS"] = estate.ServiceUrl.ToString();
        start.Environment["DOCS_DATABASE"] = estate.ConnectionString;
        start.Environment["DOCS_ROOT"] = RepositoryRoot.Folder;
        start.Environment["DOCS_PROGRAMS"] = AppContext.BaseDirectory;
        start.Environment["PGHOST"] = database.Host;
        start.Environment["PGPORT"] = database.Port.ToString();
        start.Environment["PGUSER"] = database.Username;
        start.Environment["PGPASSWORD"] = database.Password;
        start.Environment["PGDATABASE"] = database.Database;
        return start;
    }

    private void WritePrograms()
    {
        var bin = Directory.CreateDirectory(Path.Combine(Folder, "bin"));
        Write("fetch-etl", FetchEtl);
        Write("dotnet", Dotnet);
        foreach (var (name, reason) in NotRunHere)
        {
            Write(name, $"#!/bin/sh\necho \"{name}: not run here, it {reason}\" >&2");
        }

        void Write(string name, string text)
        {
            var path = Path.Combine(bin.FullName, name);
            File.WriteAllText(path, text + "\n");
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }
    }
}
