using FetchEtl.Logins;
using FetchEtl.Masking;
using FetchEtl.Testing;
using Microsoft.Extensions.Configuration;

namespace FetchEtl.Service.Tests;

/// <summary>Masking keys that the settings only name: AWS decrypts them at start, or the verb fails closed.</summary>
public sealed class KeysInAwsTests : IAsyncLifetime
{
    private const string Ciphertext = "kms:Y2lwaGVydGV4dA==";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fetch-etl-aws-keys-");
    private KeyServer _aws = null!;

    public async Task InitializeAsync() => _aws = await KeyServer.StartAsync();

    public async Task DisposeAsync()
    {
        await _aws.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData(Ciphertext)]
    [InlineData("ssm:/fetch-etl/masking-key-1")]
    [InlineData("ssm:arn:aws:ssm:eu-central-1:111122223333:parameter/fetch-etl/masking-key-1")]
    public async Task A_named_key_masks_as_the_key_itself_from_a_setting_and_from_a_file(string reference)
    {
        _aws.Decrypts(TestKeys.First);
        _aws.Holds(TestKeys.First);
        var file = Path.Combine(_folder.FullName, "key");
        await File.WriteAllTextAsync(file, $"{reference}\n");

        var plain = await MaskAsync($"--Masking:Keys:0={TestKeys.First}");
        var named = await MaskAsync($"--Masking:Keys:0={reference}");
        var single = await MaskAsync($"--Masking:Keys={reference}");
        var filed = await MaskAsync($"--Masking:KeyFiles:0={file}");

        Assert.StartsWith("1:", plain.Output);
        Assert.All(new[] { named, single, filed }, run => Assert.Equal((plain.Output, ""), (run.Output, run.Errors)));
        Assert.Equal(3, _aws.Calls.Count);
    }

    [Fact]
    public async Task Plain_and_named_keys_make_one_ring_and_a_text_that_stands_twice_is_asked_for_once()
    {
        _aws.Decrypts(TestKeys.First);
        _aws.Holds(TestKeys.Third);

        var run = await MaskAsync(
            $"--Masking:Keys:0={Ciphertext}", $"--Masking:Keys:1={TestKeys.Second}", "--Masking:Keys:2=ssm:/p");
        var plain = await MaskAsync(
            $"--Masking:Keys:0={TestKeys.First}", $"--Masking:Keys:1={TestKeys.Second}",
            $"--Masking:Keys:2={TestKeys.Third}");
        var calls = _aws.Calls.Count;
        var repeated = await MaskAsync($"--Masking:Keys:0={Ciphertext}", $"--Masking:Keys:1={Ciphertext}");

        Assert.Equal(plain.Output, run.Output);
        Assert.Contains("Masking:Keys:1 repeats an earlier key", repeated.Errors);
        Assert.Equal((2, 3), (calls, _aws.Calls.Count));
    }

    [Fact]
    public async Task KMS_gets_the_ciphertext_and_the_encryption_context_and_SSM_decrypts()
    {
        _aws.Decrypts(TestKeys.First);
        _aws.Holds(TestKeys.Second);

        await MaskAsync($"--Masking:Keys:0={Ciphertext}", "--Masking:Keys:1=ssm:/p");

        var decrypt = Assert.Single(_aws.Calls, call => call.Operation == "Decrypt").Body;
        Assert.Equal("Y2lwaGVydGV4dA==", decrypt.GetProperty("CiphertextBlob").GetString());
        Assert.Equal("masking-key", decrypt.GetProperty("EncryptionContext").GetProperty("fetchetl").GetString());
        var parameter = Assert.Single(_aws.Calls, call => call.Operation == "GetParameter").Body;
        Assert.Equal("/p", parameter.GetProperty("Name").GetString());
        Assert.True(parameter.GetProperty("WithDecryption").GetBoolean());
    }

    [Theory]
    [InlineData("AccessDeniedException", "grant kms:Decrypt on the KMS key")]
    [InlineData("DisabledException", "enable the KMS key with 'aws kms enable-key'")]
    [InlineData("KMSInvalidStateException", "'aws kms cancel-key-deletion'")]
    [InlineData("NotFoundException", "or the region in AWS:Region: the key is not there")]
    [InlineData("InvalidCiphertextException", "give the line that 'fetch-etl keys new --kms' printed")]
    [InlineData("InvalidKeyUsageException", "use a symmetric KMS key")]
    [InlineData("ThrottlingException", "start again later: KMS throttles")]
    [InlineData("ExpiredTokenException", "renew the AWS credentials")]
    [InlineData("UnrecognizedClientException", "correct the AWS credentials")]
    [InlineData("KMSInternalException", "start again; if this repeats", 500)]
    public async Task A_refusal_of_KMS_names_the_setting_the_code_and_the_remedy(
        string code, string remedy, int status = 400)
    {
        _aws.Fails("Decrypt", code, TestKeys.First, status);

        var run = await MaskAsync(
            $"--Masking:Keys:0={TestKeys.Second}", $"--Masking:Keys:1={Ciphertext}", "--AWS:MaxErrorRetry=0");

        AssertRefused(run, $"Masking:Keys:1 is not usable, KMS did not decrypt it ({code}): ", remedy);
    }

    [Theory]
    [InlineData("AccessDeniedException", "grant ssm:GetParameter on the parameter, and kms:Decrypt")]
    [InlineData("ParameterNotFound", "correct the path, or the region in AWS:Region")]
    [InlineData("InvalidKeyId", "the parameter's KMS key is disabled, pending deletion or gone")]
    [InlineData("ThrottlingException", "start again later: SSM throttles")]
    public async Task A_refusal_of_SSM_names_the_setting_the_code_and_the_remedy(string code, string remedy)
    {
        _aws.Fails("GetParameter", code, TestKeys.First);

        var run = await MaskAsync("--Masking:Keys:0=ssm:/p", "--AWS:MaxErrorRetry=0");

        AssertRefused(run, $"Masking:Keys:0 is not usable, SSM did not return it ({code}): ", remedy);
    }

    [Fact]
    public async Task A_throttled_call_is_repeated_by_the_SDK()
    {
        _aws.Fails("Decrypt", "ThrottlingException", TestKeys.First);

        var run = await MaskAsync($"--Masking:Keys:0={Ciphertext}", "--AWS:MaxErrorRetry=2");

        AssertRefused(run, "ThrottlingException", "start again later");
        Assert.Equal(3, _aws.Calls.Count);
    }

    [Theory]
    [InlineData("StringList", TestKeys.First, "names a parameter of type StringList, which AWS stores unencrypted")]
    [InlineData("String", TestKeys.First, "store a new key as SecureString")]
    [InlineData("SecureString", "kms:AAAA", "holds a reference instead of a key")]
    [InlineData("SecureString", "typed, not drawn", "is not base64: make one with 'fetch-etl keys new'")]
    [InlineData("SecureString", "AAAA", "has 3 bytes, 32 or more are needed")]
    [InlineData("SecureString", "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE=", "is typed text, which can be guessed")]
    [InlineData("SecureString", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "repeats itself, so it can be guessed")]
    [InlineData("SecureString", "/wH/Af8B/wH/Af8B/wH/Af8B/wH/Af8B/wH/Af8B/wE=", "repeats itself, so it can be guessed")]
    public async Task A_parameter_that_is_no_strong_secret_is_refused(string type, string value, string problem)
    {
        _aws.Holds(value, type);

        var run = await MaskAsync("--Masking:Keys:0=ssm:/p");

        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.StartsWith("fetch-etl: Masking:Keys:0 ", run.Errors);
        Assert.Contains(problem, run.Errors);
        Assert.DoesNotContain(value, run.Errors);
    }

    [Theory]
    [InlineData("kms:", "is not kms: and base64 text")]
    [InlineData("kms:canary!", "is not kms: and base64 text")]
    [InlineData("ssm:canary", "is not ssm: and the path of a parameter")]
    [InlineData("KMS:canary", "is not base64")]
    public async Task A_mistyped_reference_is_reported_without_its_text_and_without_a_call(string text, string problem)
    {
        var run = await MaskAsync($"--Masking:Keys:0={text}");

        AssertRefused(run, problem, "");
        Assert.DoesNotContain("canary", run.Errors);
        Assert.Empty(_aws.Calls);
    }

    [Fact]
    public async Task A_KMS_that_does_not_answer_ends_the_start_after_a_limited_time_and_all_keys_are_reported()
    {
        _aws.Fails("GetParameter", "ParameterNotFound", TestKeys.First);

        var run = await MaskAsync(
            $"--Masking:Keys:0={Ciphertext}", "--Masking:Keys:1=ssm:/p", "--AWS:Timeout=5000",
            "--AWS:MaxErrorRetry=0");

        AssertRefused(run, "Masking:Keys:0 is not usable, KMS did not answer in time: ", "AWS_ENDPOINT_URL_KMS");
        AssertRefused(run, "Masking:Keys:1 is not usable, SSM did not return it (ParameterNotFound)", "path");
    }

    [Fact]
    public async Task An_endpoint_where_nothing_listens_is_reported_with_the_settings_that_choose_it()
    {
        var run = await ConsoleCapture.RunAsync(
            "mask", "--field", "ip", "192.0.2.7", "--AWS:Region=eu-central-1", "--AWS:ServiceURL=http://127.0.0.1:1",
            $"--Masking:Keys:0={Ciphertext}", "--AWS:MaxErrorRetry=0");

        AssertRefused(run, "KMS cannot be reached", "AWS:ServiceURL");
    }

    [Fact]
    public async Task A_wait_for_KMS_ends_when_the_verb_is_stopped()
    {
        using var stop = new CancellationTokenSource();
        var masking = new MaskingOptions { Keys = { Ciphertext } };
        var configuration = ServiceHost.Create(Settings()).Configuration;
        var wait = Task.Run(() => KeyReferences.Of(configuration).Resolve(masking, stop.Token));
        while (_aws.Calls.IsEmpty)
        {
            await Task.Yield();
        }

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
    }

    [Fact]
    public void Doctor_reports_a_refusal_as_a_problem_of_masking_after_one_call()
    {
        _aws.Fails("Decrypt", "DisabledException", TestKeys.First);
        using var host = new DoctorHost(
            [.. Settings(), $"--Masking:Keys:0={Ciphertext}", "--ConnectionStrings:Logins=Host=127.0.0.1"]);

        var problems = host.Read<LoginsOptions>().Problems;

        Assert.Contains("(DisabledException)", Assert.Single(problems));
        Assert.Null(MaskingSetting.Read(host.Configuration));
        Assert.Single(_aws.Calls);
        var finding = SettingsSection.Of(Checks.Masking, problems[0]);
        Assert.Equal("enable the KMS key with 'aws kms enable-key'", finding.Remedy);
    }

    [Fact]
    public async Task A_new_key_of_KMS_is_printed_as_its_ciphertext_which_is_all_that_KMS_returns()
    {
        _aws.Replies["GenerateDataKeyWithoutPlaintext"] =
            (200, """{"CiphertextBlob":"Y2lwaGVydGV4dA==","KeyId":"k"}""");

        var run = await ConsoleCapture.RunAsync([.. "keys new --kms alias/fetch-etl".Split(' '), .. Settings()]);

        Assert.Equal((0, Ciphertext, ""), (run.ExitCode, run.Output.Trim(), run.Errors));
        var (operation, body) = Assert.Single(_aws.Calls);
        Assert.Equal("GenerateDataKeyWithoutPlaintext", operation);
        Assert.Equal("alias/fetch-etl", body.GetProperty("KeyId").GetString());
        Assert.Equal(32, body.GetProperty("NumberOfBytes").GetInt32());
        Assert.Equal("masking-key", body.GetProperty("EncryptionContext").GetProperty("fetchetl").GetString());
    }

    [Fact]
    public async Task A_new_key_that_KMS_refuses_is_reported_with_the_remedy()
    {
        _aws.Fails("GenerateDataKeyWithoutPlaintext", "AccessDeniedException", TestKeys.First);

        var run = await ConsoleCapture.RunAsync([.. "keys new --kms alias/fetch-etl".Split(' '), .. Settings()]);

        AssertRefused(
            run,
            "--kms is not usable, KMS did not create a key (AccessDeniedException)",
            "grant kms:GenerateDataKeyWithoutPlaintext");
    }

    [Fact]
    public void Every_verb_reads_its_masking_keys_where_AWS_is_asked()
    {
        var service = Path.Combine(RepositoryRoot.Folder, "src", "FetchEtl.Service");
        var readers = Directory.EnumerateFiles(service, "*.cs", SearchOption.AllDirectories)
            .Where(file => File.ReadAllText(file)
                .Contains($".{nameof(MaskingConfigurationExtensions.BindMasking)}(", StringComparison.Ordinal));

        Assert.Equal(["MaskingReading.cs"], readers.Select(Path.GetFileName));
    }

    private static void AssertRefused(ConsoleCapture run, string problem, string remedy)
    {
        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.Contains(problem, run.Errors);
        Assert.Contains(remedy, run.Errors);
        Assert.DoesNotContain(TestKeys.First, run.Errors);
        Assert.DoesNotContain("refused", run.Errors);
        Assert.DoesNotContain("   at ", run.Errors);
    }

    private Task<ConsoleCapture> MaskAsync(params string[] keys) =>
        ConsoleCapture.RunAsync(["mask", "--field", "ip", "192.0.2.7", .. Settings(), .. keys]);

    private string[] Settings() => [$"--AWS:ServiceURL={_aws.Url}", "--AWS:Region=eu-central-1"];
}
