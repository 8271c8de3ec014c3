using System.Text;

namespace FetchEtl.Local.Tests;

/// <summary>
/// What the programs of a private server get of this process's environment. They can run as another user, and every
/// process of that user can read it.
/// </summary>
public sealed class ChildEnvironmentTests
{
    [LinuxFact]
    public async Task The_server_gets_no_variable_that_can_hold_a_secret()
    {
        Dictionary<string, string> planted = new()
        {
            ["Masking__Keys__0"] = "canary-key",
            ["AWS_SECRET_ACCESS_KEY"] = "canary-secret",
            ["https_proxy"] = "http://user:canary@127.0.0.1:1",
            ["PGAPPNAME"] = "canary",
            ["ANY_OTHER"] = "canary",
        };
        foreach (var (name, value) in planted)
        {
            Environment.SetEnvironmentVariable(name, value);
        }

        try
        {
            await using var server = await LocalPostgres.StartAsync();
            var variables = Encoding.UTF8
                .GetString(await File.ReadAllBytesAsync($"/proc/{server.ServerProcessId}/environ"))
                .Split('\0', StringSplitOptions.RemoveEmptyEntries);

            Assert.Contains("LC_ALL=C", variables);
            Assert.DoesNotContain(variables, variable => variable.Contains("canary", StringComparison.Ordinal));
        }
        finally
        {
            foreach (var name in planted.Keys)
            {
                Environment.SetEnvironmentVariable(name, null);
            }
        }
    }
}
