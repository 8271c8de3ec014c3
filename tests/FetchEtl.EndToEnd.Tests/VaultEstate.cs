using System.Diagnostics;
using FetchEtl.Testing;
using Npgsql;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>
/// An estate whose service seals all three fields, and a separate folder with the vault's keys, which openssl creates.
/// </summary>
internal sealed class VaultEstate : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fetch-etl-vault-");

    private VaultEstate(Estate estate) => Estate = estate;

    public Estate Estate { get; }

    public string PrivateKey => Path.Combine(_folder.FullName, "vault-private.pem");

    public string PublicKey => Path.Combine(_folder.FullName, "vault-public.pem");

    /// <summary>What the service's owner prints for those who reveal.</summary>
    public string Verifier => Path.Combine(_folder.FullName, "vault-verifier.pem");

    /// <param name="estate">The estate, which is disposed together with this object.</param>
    /// <param name="createKeys">Shell commands that create the two files in their folder.</param>
    public static async Task<VaultEstate> CreateAsync(Estate estate, string createKeys)
    {
        var vault = new VaultEstate(estate);
        await vault.ShellAsync(createKeys);
        estate.Settings["Masking__Vault__PublicKeyFile"] = vault.PublicKey;
        foreach (var (index, field) in new[] { "ip", "device_id", "user_id" }.Index())
        {
            estate.Settings[$"Masking__Fields__{index}"] = field;
        }

        return vault;
    }

    /// <summary>Runs a verb with lines on its standard input, and returns the line of output for each.</summary>
    public async Task<string[]> LinesAsync(IReadOnlyList<string> input, params string[] arguments)
    {
        await using var run = Estate.Start(arguments);
        await run.WriteInputAsync(string.Concat(input.Select(line => $"{line}\n")));
        await run.WaitAsync();
        Assert.True(run.ExitCode == 0, run.Errors);

        return run.Output.Split(Environment.NewLine)[..input.Count];
    }

    /// <summary>Writes <see cref="Verifier"/> as the documented command does.</summary>
    public async Task PrintVerifierAsync()
    {
        await using var run = await Estate.RunAsync("keys", "verifier");
        Assert.True(run.ExitCode == 0, run.Errors);
        await File.WriteAllTextAsync(Verifier, run.Output);
    }

    /// <summary>Runs a verb where only the database and the private key are available.</summary>
    public Task<FetchEtlProcess> RunApartAsync(params string[] arguments) => FetchEtlProcess.RunAsync(
        new Dictionary<string, string> { ["ConnectionStrings__Logins"] = Estate.ConnectionString }, arguments);

    /// <summary>Runs shell commands in the folder of the keys. psql connects to the database.</summary>
    /// <returns>Standard output.</returns>
    public async Task<string> ShellAsync(string commands, string? mask = null)
    {
        var connection = new NpgsqlConnectionStringBuilder(Estate.ConnectionString);
        var start = new ProcessStartInfo("sh", ["-e"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder.FullName,
            Environment =
            {
                ["PGHOST"] = connection.Host,
                ["PGPORT"] = connection.Port.ToString(),
                ["PGUSER"] = connection.Username,
                ["PGPASSWORD"] = connection.Password,
                ["PGDATABASE"] = connection.Database,
                ["MASK"] = mask,
            },
        };
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(commands);
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await errors);

        return output;
    }

    public async Task<string[]> MasksAsync(string column) => (await Estate.QueryAsync<string[]>(
        $"SELECT array_agg(DISTINCT {column} ORDER BY {column}) FROM user_logins"))!;

    public async ValueTask DisposeAsync()
    {
        await Estate.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
