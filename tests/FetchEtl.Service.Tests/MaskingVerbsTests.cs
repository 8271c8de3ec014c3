using System.Text.Json;
using FetchEtl.Testing;

namespace FetchEtl.Service.Tests;

/// <summary>Runs the real process, to show that masks are the same in every process.</summary>
public sealed class MaskingVerbsTests : IDisposable
{
    private static readonly JsonElement Pinned = JsonDocument.Parse(
        File.ReadAllText(Path.Combine(RepositoryRoot.Folder, "tests", "FetchEtl.Masking.Tests", "masks.json")))
        .RootElement;

    private static readonly Dictionary<string, string> ThreeKeys = Pinned.GetProperty("keys").EnumerateArray()
        .Select((key, index) => ($"Masking__Keys__{index}", key.GetString()!)).ToDictionary();

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fetch-etl-verbs-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("ip")]
    [InlineData("device_id")]
    [InlineData("user_id")]
    public async Task Known_values_have_the_pinned_masks_one_a_line_from_arguments_and_from_standard_input(string field)
    {
        var cases = Pinned.GetProperty("masks").EnumerateArray()
            .Where(x => x.GetProperty("method").GetString() == "Hmac"
                && x.GetProperty("former").ValueKind == JsonValueKind.Null
                && x.GetProperty("field").GetString() == field)
            .ToArray();
        var values = Array.ConvertAll(cases, x => x.GetProperty("value").GetString()!);
        var masks = Array.ConvertAll(cases, x => x.GetProperty("masks")[2].GetString()!);
        await using var arguments = await FetchEtlProcess.RunAsync(
            ThreeKeys, ["mask", "--field", field, .. values]);
        await using var input = FetchEtlProcess.Start(ThreeKeys, ["mask", "--field", field]);
        await input.WriteInputAsync(string.Join('\n', values));
        await input.WaitAsync();

        Assert.Equal(masks, Lines(arguments.Output));
        Assert.Equal(masks, Lines(input.Output));
        Assert.Equal([0, 0], [arguments.ExitCode, input.ExitCode]);

        // An older table holds user ids as received: then none of these masks occurs in it.
        Assert.Equal(field == "user_id", input.Errors.Contains("the table decides whether", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Look_alike_masks_are_the_pinned_ones_and_a_value_without_one_is_named_by_its_line()
    {
        await using var run = FetchEtlProcess.Start(
            ThreeKeys, "mask", "--field", "device_id", "--Masking:Methods:device_id=Ff1");
        await run.WriteInputAsync("000-00-0001\ncanary\n123456\n");
        await run.WaitAsync();

        string Pin(string value) => Pinned.GetProperty("masks").EnumerateArray()
            .Single(x => x.GetProperty("method").GetString() == "Ff1" && x.GetProperty("value").GetString() == value)
            .GetProperty("masks")[2].GetString()!;
        Assert.Equal([Pin("000-00-0001"), "", Pin("123456")], run.Output.Split('\n')[..3].Select(x => x.Trim()));
        Assert.Contains("line 2 has no mask: Masking:Methods:device_id is Ff1", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", run.Errors, StringComparison.Ordinal);
        Assert.Equal(0, run.ExitCode);
    }

    [Fact]
    public async Task A_line_without_a_value_has_an_empty_mask_so_that_lines_correspond()
    {
        await using var run = FetchEtlProcess.Start(ThreeKeys, "mask", "--field", "ip");
        await run.WriteInputAsync("10.0.0.1\r\n\r\n10.0.0.1\r\n");
        await run.WaitAsync();

        var lines = run.Output.Split('\n');
        Assert.Equal(lines[0], lines[2]);
        Assert.Equal(["", ""], [lines[1].Trim(), lines[3].Trim()]);
    }

    [Theory]
    [InlineData(
        "user_id", "user_id is not masked", "canary", "--Masking:Fields:0=ip", "--Masking:Fields:1=device_id")]
    [InlineData("locale", "--field must be one of ip, device_id, user_id", "canary")]
    [InlineData("ip", "Masking:Keys:9 is missing", "canary", "--Masking:Keys:10=canary")]
    [InlineData("ip", "'--Masking:Salt' has no value", "--Masking:Salt", "canary")]
    public async Task A_value_that_cannot_be_masked_is_reported_without_the_value(
        string field, string problem, params string[] arguments)
    {
        await using var run = await FetchEtlProcess.RunAsync(ThreeKeys, ["mask", "--field", field, .. arguments]);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(problem, run.Errors);
        Assert.DoesNotContain("canary", run.Errors);
        Assert.Empty(run.Output);
    }

    [Fact]
    public async Task A_new_key_differs_each_time_and_works_from_a_file()
    {
        var none = new Dictionary<string, string>();
        await using var first = await FetchEtlProcess.RunAsync(none, "keys", "new");
        await using var second = await FetchEtlProcess.RunAsync(none, "keys", "new");
        var file = Path.Combine(_folder.FullName, "key");
        await File.WriteAllTextAsync(file, first.Output);

        await using var mask = await FetchEtlProcess.RunAsync(
            none, "mask", "--field", "ip", "10.0.0.1", $"--Masking:KeyFiles:0={file}");

        Assert.Equal(32, Convert.FromBase64String(first.Output).Length);
        Assert.NotEqual(first.Output, second.Output);
        Assert.Matches("^1:[0-9a-f]{64}$", Assert.Single(Lines(mask.Output)));
    }

    private static string[] Lines(string output) =>
        output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
}
