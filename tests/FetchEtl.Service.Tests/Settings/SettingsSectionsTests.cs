using Microsoft.Extensions.Configuration;

namespace FetchEtl.Service.Tests;

/// <summary>
/// Misspelled keys of the environment and the settings file are refused, other programs' keys are not.
/// </summary>
public sealed class SettingsSectionsTests
{
    [Theory]
    [InlineData("Maskng:Vault:PublicKeyFile", "Maskng is not a section of settings: did you mean Masking?")]
    [InlineData("Masking:Vualt:PublicKeyFile", null)]
    [InlineData("Maksing:Keys:0", "Maksing is not a section of settings: did you mean Masking?")]
    [InlineData("MASKINGS:KeyFile:0", "MASKINGS is not a section of settings: did you mean Masking?")]
    [InlineData("Sqss:QueueName", "Sqss is not a section of settings: did you mean Sqs?")]
    [InlineData("Sq:Region", "Sq is not a section of settings: did you mean Sqs?")]
    [InlineData("Storag:BatchSize", "Storag is not a section of settings: did you mean Storage?")]
    [InlineData("ConnectionString:Logins", "ConnectionString is not a section of settings: did you mean "
        + "ConnectionStrings?")]
    [InlineData("Services:ShutdownTimeoutSeconds", "Services is not a section of settings: did you mean Service?")]
    [InlineData("Masking_Keys_0", "Masking_Keys_0 is not a setting: an environment variable is written with two "
        + "underscores, Masking__Keys__0.")]
    [InlineData("FetchEtl:Masking:Keys:0", "FetchEtl:Masking is not read: the service's settings have no prefix, write "
        + "Masking.")]
    public void A_misspelled_section_is_named_with_the_one_that_was_meant(string key, string? problem) =>
        Assert.Equal(problem is null ? [] : [problem], Problems(key));

    [Theory]
    [InlineData("Sql:Region")]
    [InlineData("Sns:Region")]
    [InlineData("Services:api:http:0")]
    [InlineData("Serilog:MinimumLevel")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT")]
    [InlineData("AWS_REGION")]
    [InlineData("SQS_PORT")]
    [InlineData("STORAGE")]
    [InlineData("Vault:Address")]
    [InlineData("Masking")]
    [InlineData("FetchEtl:Other")]
    [InlineData("Kestrel:Endpoints:Http:Url")]
    public void Keys_of_other_programs_are_left_alone(string key) => Assert.Empty(Problems(key));

    [Theory]
    [InlineData("Sqs:Queue", "Sqs:Queue is not a setting: did you mean Sqs:QueueName?")]
    [InlineData("Sqs:PrefechCount", "Sqs:PrefechCount is not a setting: did you mean Sqs:PrefetchCount?")]
    [InlineData("Masking:Vualt:PublicKeyFile", "Masking:Vualt is not a setting: did you mean Masking:Vault?")]
    [InlineData("Masking:Key:0", "Masking:Key is not a setting: did you mean Masking:Keys?")]
    [InlineData("ConnectionStrings:Login", "ConnectionStrings:Login is not a setting: did you mean "
        + "ConnectionStrings:Logins?")]
    [InlineData("AWS:Regio", "AWS:Regio is not a setting: did you mean AWS:Region?")]
    public void An_unknown_key_of_a_section_is_named_with_the_one_that_was_meant(string key, string problem)
    {
        var refusal = Assert.ThrowsAny<Exception>(() => ServiceHost.CreateConsumer([$"--{key}=1"]).BuildValidated());

        Assert.Contains(ErrorText.Of(refusal)!, line => line.StartsWith(problem, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("bad name")]
    [InlineData("https://sqs.eu-central-1.amazonaws.com/1/login-queue")]
    [InlineData("arn:aws:sqs:eu-central-1:1:login-queue")]
    [InlineData("")]
    [InlineData(".fifo")]
    [InlineData("eighty-one-letters-eighty-one-letters-eighty-one-letters-eighty-one-letters-eight")]
    public void A_queue_name_that_SQS_does_not_allow_is_refused_at_start(string name)
    {
        var refusal = Assert.ThrowsAny<Exception>(
            () => ServiceHost.Create([$"--Sqs:QueueName={name}", "--Sqs:CreateQueues=true"]).BuildValidated());

        Assert.StartsWith("Sqs:QueueName must be a queue's name", Assert.Single(ErrorText.Of(refusal)!));
    }

    private static IReadOnlyList<string> Problems(string key)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { [key] = "1" })
            .Build();
        try
        {
            SettingsSections.Check(configuration);
            return [];
        }
        catch (UsageException refusal)
        {
            return refusal.Problems;
        }
    }
}
