using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FetchEtl.Testing;

namespace FetchEtl.Service.Tests;

/// <summary>
/// AWS's own settings and sources of credentials, each in a real process with an environment of its own. <c>send</c>
/// looks up its queue, and the signature of that request shows the access key and the region.
/// </summary>
[Trait("Category", "Slow")]
public sealed class AwsSettingsTests : IAsyncLifetime
{
    /// <summary>
    /// The file of a session's token: the AWS CLI names it by the SHA-1 of the session's name, here <c>corp</c>.
    /// </summary>
    private const string CachedToken = "sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json";

    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("fetch-etl-aws-");
    private AwsStub _stub = null!;
    private Dictionary<string, string> _environment = [];

    public async Task InitializeAsync()
    {
        _stub = await AwsStub.StartAsync();
        _environment = new Dictionary<string, string>
        {
            ["HOME"] = _home.FullName,
            ["USERPROFILE"] = _home.FullName,
            ["AWS_ENDPOINT_URL_SQS"] = _stub.Url.ToString(),
            ["AWS_ENDPOINT_URL_STS"] = _stub.Url.ToString(),
            ["AWS_ENDPOINT_URL_SSO"] = _stub.Url.ToString(),
            ["AWS_EC2_METADATA_DISABLED"] = "true",
        };
    }

    public async Task DisposeAsync()
    {
        await _stub.DisposeAsync();
        _home.Delete(recursive: true);
    }

    [Fact]
    public async Task Keys_in_the_environment_sign_and_the_region_is_that_of_the_environment()
    {
        UseEnvironmentKeys();
        _environment["AWS_DEFAULT_REGION"] = "eu-west-2";

        Assert.Equal(("AKIDENV", "eu-west-2"), await SignedAsync());
    }

    [Fact]
    public async Task A_profile_signs_with_its_keys_for_its_region_at_its_endpoint()
    {
        Write(
            "config",
            "[profile data]\nregion = eu-north-1\nservices = local\n"
            + $"[services local]\nsqs =\n  endpoint_url = {_stub.Url}\n");
        Write("credentials", "[data]\n" + Keys("AKIDPROFILE"));
        _environment.Remove("AWS_ENDPOINT_URL_SQS");
        _environment["AWS_PROFILE"] = "data";

        Assert.Equal(("AKIDPROFILE", "eu-north-1"), await SignedAsync());
    }

    [Fact]
    public async Task The_AWS_section_chooses_a_profile_from_a_file_of_its_own_and_the_Sqs_section_takes_precedence()
    {
        var file = Write("elsewhere", "[data]\n" + Keys("AKIDSECTION") + "region = eu-north-1\n");
        string[] send =
        [
            "send", "--count", "0", "--AWS:Profile=data", $"--AWS:ProfilesLocation={file}",
            $"--Sqs:ServiceUrl={_stub.Url}",
        ];

        // In this process: the settings name all that its environment could name.
        await ConsoleCapture.RunAsync(send);
        Assert.Equal(("AKIDSECTION", "eu-north-1"), LastSigned());
        await ConsoleCapture.RunAsync([.. send, "--AWS:Region=eu-west-3"]);
        Assert.Equal(("AKIDSECTION", "eu-west-3"), LastSigned());
        await ConsoleCapture.RunAsync([.. send, "--AWS:Region=eu-west-3", "--Sqs:Region=ap-south-1"]);
        Assert.Equal(("AKIDSECTION", "ap-south-1"), LastSigned());
    }

    [Fact]
    public async Task A_profile_with_a_role_assumes_it_with_the_keys_of_its_source()
    {
        Write(
            "config",
            "[profile data]\nregion = eu-west-1\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = source\n");
        Write("credentials", "[source]\n" + Keys("AKIDSOURCE"));
        _environment["AWS_PROFILE"] = "data";

        Assert.Equal(("ASIAASSUMEROLE", "eu-west-1"), await SignedAsync());

        var (operation, secret) = Assert.Single(_stub.OtherRequests);
        Assert.Equal("AssumeRole", operation);
        Assert.Contains("Credential=AKIDSOURCE/", secret);
    }

    [Fact]
    public async Task The_role_of_the_AWS_section_is_assumed_with_the_keys_of_its_profile()
    {
        Write("credentials", "[source]\n" + Keys("AKIDSOURCE"));

        var signed = await SignedAsync(
            "--AWS:Profile=source",
            "--AWS:Region=eu-west-1",
            "--AWS:SessionRoleArn=arn:aws:iam::123456789012:role/loader",
            "--AWS:SessionName=night-run",
            "--AWS:ExternalId=partner-7");

        Assert.Equal(("ASIAASSUMEROLE", "eu-west-1"), signed);
        Assert.Equal(
            ("arn:aws:iam::123456789012:role/loader", "night-run", "partner-7"), Assert.Single(_stub.Roles));
        Assert.Contains("Credential=AKIDSOURCE/", Assert.Single(_stub.OtherRequests).Secret);
    }

    [Fact]
    public async Task A_profile_of_an_SSO_session_signs_with_the_role_that_the_portal_returns_for_the_cached_token()
    {
        Write(
            "config",
            "[profile data]\nregion = eu-west-1\nsso_session = corp\nsso_account_id = 1\nsso_role_name = r\n"
            + "[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://corp.example.test/start\n"
            + "sso_registration_scopes = sso:account:access\n");
        Write(
            CachedToken,
            """
            {"startUrl":"https://corp.example.test/start","region":"eu-west-1","accessToken":"cached-token",
             "expiresAt":"2099-01-01T00:00:00Z","clientId":"c","clientSecret":"s","refreshToken":"r",
             "registrationExpiresAt":"2099-01-01T00:00:00Z"}
            """);
        _environment["AWS_PROFILE"] = "data";

        Assert.Equal(("ASIASSO", "eu-west-1"), await SignedAsync());

        Assert.Equal(("/federation/credentials", "cached-token"), Assert.Single(_stub.OtherRequests));
    }

    [Fact]
    public async Task A_web_identity_is_exchanged_for_a_role()
    {
        _environment["AWS_WEB_IDENTITY_TOKEN_FILE"] = Write("token", "web-token");
        _environment["AWS_ROLE_ARN"] = "arn:aws:iam::1:role/r";
        _environment["AWS_REGION"] = "eu-west-1";

        Assert.Equal(("ASIAASSUMEROLEWITHWEBIDENTITY", "eu-west-1"), await SignedAsync());

        Assert.Equal(("AssumeRoleWithWebIdentity", "web-token"), Assert.Single(_stub.OtherRequests));
    }

    [Fact]
    public async Task The_container_endpoint_provides_credentials()
    {
        _environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = $"{_stub.Url}container";
        _environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "container-token";

        // Where nothing names a region, a custom endpoint gets us-east-1.
        Assert.Equal(("ASIACONTAINER", "us-east-1"), await SignedAsync());

        Assert.Equal(("/container", "container-token"), Assert.Single(_stub.OtherRequests));
    }

    [Fact]
    public async Task The_number_of_attempts_is_that_of_the_environment()
    {
        UseEnvironmentKeys();
        _environment["AWS_MAX_ATTEMPTS"] = "2";
        _stub.SqsStatus = HttpStatusCode.InternalServerError;

        await using var send = await FetchEtlProcess.RunAsync(_environment, "send", "--count", "0");

        Assert.Equal(1, send.ExitCode);
        Assert.Contains("fetch-etl: InternalFailure: unwell", send.Errors);
        Assert.Equal(2, _stub.SqsRequests.Count);
    }

    [Fact]
    public async Task A_proxy_of_the_environment_gets_the_requests()
    {
        UseEnvironmentKeys();
        _environment["http_proxy"] = _stub.Url.ToString();
        _environment["AWS_ENDPOINT_URL_SQS"] = "http://sqs.example.test";

        await SignedAsync();

        Assert.Equal("sqs.example.test", Assert.Single(_stub.SqsRequests).Host);
    }

    [Theory]
    [InlineData("--AWS:UseFIPSEndpoint=true", "AWS_USE_DUALSTACK_ENDPOINT")]
    [InlineData("--AWS:UseDualstackEndpoint=true", "AWS_USE_FIPS_ENDPOINT")]
    public async Task The_section_and_the_environment_choose_FIPS_and_dual_stack(string setting, string variable)
    {
        UseEnvironmentKeys();
        _environment.Remove("AWS_ENDPOINT_URL_SQS");
        _environment["AWS_MAX_ATTEMPTS"] = "1";
        _environment["https_proxy"] = _stub.Url.ToString();
        _environment[variable] = "true";

        await using var send = await FetchEtlProcess.RunAsync(
            _environment, "send", "--count", "0", "--AWS:Region=us-east-2", setting);

        Assert.Equal("sqs-fips.us-east-2.api.aws:443", Assert.Single(_stub.Tunnels));
    }

    [Fact]
    public async Task Missing_credentials_are_reported_with_the_remedy_and_beside_a_host_that_nobody_knows()
    {
        _environment["AWS_ENDPOINT_URL_SQS"] = "http://sqs.example.invalid";

        await using var send = await FetchEtlProcess.RunAsync(_environment, "send", "--count", "0");

        Assert.Equal(1, send.ExitCode);
        Assert.Contains("fetch-etl: no request to SQS at http://sqs.example.invalid", send.Errors);
        Assert.Contains("no AWS credentials to sign with: set AWS_ACCESS_KEY_ID", send.Errors);
        Assert.Contains("The AWS SDK tried these: ", send.Errors);
        Assert.Contains("Unable to find the \"default\" profile", send.Errors);
        Assert.Contains("No address is known for sqs.example.invalid: check Sqs:ServiceUrl as well.", send.Errors);
        Assert.DoesNotContain("   at ", send.Errors);
        Assert.Empty(_stub.SqsRequests);
    }

    [Theory]
    [InlineData("a profile that is in none of AWS's configuration files", "--AWS:Profile=nobody")]
    [InlineData("Region must be the code of an AWS region", "--Sqs:Region=EU West")]
    [InlineData("AWS:Regio is not a setting: did you mean AWS:Region?", "--AWS:Regio=eu-west-1")]
    [InlineData("AWS:UseFIPSEndpoint has a form that the AWS SDK cannot read: it must be true or false",
        "--AWS:UseFIPSEndpoint=maybe")]
    [InlineData("AWS:SessionName must be 2 to 64 letters", "--AWS:SessionName=not a name")]
    public async Task Invalid_AWS_settings_are_reported_with_the_remedy(string problem, string setting)
    {
        var send = await ConsoleCapture.RunAsync(
            "send", "--count", "0", $"--AWS:ProfilesLocation={_home.FullName}/none", setting);

        Assert.Equal(1, send.ExitCode);
        Assert.Contains(problem, send.Errors);
        Assert.DoesNotContain("   at ", send.Errors);
    }

    [Theory]
    [InlineData("Region is not set", null)]
    [InlineData("AWS_ENDPOINT_URL", "127.0.0.1:4566")]
    public async Task An_environment_that_names_no_endpoint_is_reported(string problem, string? endpoint)
    {
        UseEnvironmentKeys();
        _environment.Remove("AWS_ENDPOINT_URL_SQS");
        if (endpoint is not null)
        {
            _environment["AWS_ENDPOINT_URL"] = endpoint;
        }

        await using var send = await FetchEtlProcess.RunAsync(_environment, "send", "--count", "0");

        Assert.Equal(1, send.ExitCode);
        Assert.Contains(problem, send.Errors);
        Assert.DoesNotContain("   at ", send.Errors);
    }

    [Theory]
    [InlineData("Sqs:ServiceUrl")]
    [InlineData("AWS:ServiceURL")]
    [InlineData("AWS_ENDPOINT_URL_SQS")]
    [InlineData("AWS_ENDPOINT_URL")]
    [InlineData("default")]
    [InlineData("data")]
    public async Task An_SQS_on_this_machine_needs_no_credentials_wherever_its_address_is_set(string place)
    {
        _environment.Remove("AWS_ENDPOINT_URL_SQS");
        var settings = place.Contains(':') ? new[] { $"--{place}={_stub.Url}" } : [];
        if (place.StartsWith("AWS_", StringComparison.Ordinal))
        {
            _environment[place] = _stub.Url.ToString();
        }
        else if (settings.Length == 0)
        {
            // A profile without credentials, which only says where SQS is.
            Write("config", $"[{(place == "default" ? place : "profile data")}]\nendpoint_url = {_stub.Url}\n");
            _environment["AWS_PROFILE"] = place;
        }

        Assert.Equal(("local", "us-east-1"), await SignedAsync(settings));
    }

    [Fact]
    public async Task A_profile_that_is_named_signs_for_a_tunnel_on_this_machine_too()
    {
        Write("credentials", "[data]\n" + Keys("AKIDPROFILE"));
        _environment["AWS_PROFILE"] = "data";

        Assert.Equal(("AKIDPROFILE", "us-east-1"), await SignedAsync($"--Sqs:ServiceUrl={_stub.Url}"));
    }

    [Fact]
    public async Task A_profile_that_is_named_and_does_not_exist_is_reported()
    {
        _environment["AWS_PROFILE"] = "nobody";

        await using var send = await FetchEtlProcess.RunAsync(_environment, "send", "--count", "0");

        Assert.Equal(1, send.ExitCode);
        Assert.Contains("Unable to find the \"nobody\" profile", send.Errors);
    }

    [Fact]
    public async Task A_profile_that_does_not_exist_is_named_where_no_region_is_known()
    {
        _environment.Remove("AWS_ENDPOINT_URL_SQS");
        _environment["AWS_PROFILE"] = "nobody";

        await using var send = await FetchEtlProcess.RunAsync(_environment, "send", "--count", "0");

        Assert.Equal(1, send.ExitCode);
        Assert.Contains("AWS_PROFILE names a profile that is in none of AWS's configuration files", send.Errors);
    }

    [Fact]
    public async Task A_session_that_is_not_logged_in_and_an_STS_that_is_away_are_reported()
    {
        _environment["AWS_ENDPOINT_URL_SQS"] = "http://sqs.example.test";
        _environment["AWS_ENDPOINT_URL_STS"] = "http://127.0.0.1:1";
        _environment["AWS_MAX_ATTEMPTS"] = "1";
        Write(
            "config",
            "[profile sso]\nregion = eu-west-1\nsso_session = corp\nsso_account_id = 1\nsso_role_name = r\n"
            + "[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://corp.example.test/start\n"
            + "[profile role]\nregion = eu-west-1\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = source\n");
        Write("credentials", "[source]\n" + Keys("AKIDSOURCE"));

        await using var sso = await FetchEtlProcess.RunAsync(
            _environment, "send", "--count", "0", "--AWS:Profile=sso");
        await using var role = await FetchEtlProcess.RunAsync(
            _environment, "send", "--count", "0", "--AWS:Profile=role");

        Assert.Contains("aws sso login", sso.Errors);
        Assert.Contains("127.0.0.1:1", role.Errors);
        Assert.All([sso, role], run => Assert.DoesNotContain("   at ", run.Errors));
    }

    [PosixFact]
    public async Task A_certificate_of_a_private_authority_is_refused_with_the_remedy_which_works()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var today = DateTimeOffset.UtcNow;
        using var certificate = request.CreateSelfSigned(today.AddDays(-1), today.AddDays(1));
        await using var server = await AwsStub.StartAsync(certificate);
        UseEnvironmentKeys();
        _environment["AWS_ENDPOINT_URL_SQS"] = server.Url.ToString();
        _environment["AWS_MAX_ATTEMPTS"] = "1";

        await using var refused = await FetchEtlProcess.RunAsync(_environment, "send", "--count", "0");
        _environment["SSL_CERT_FILE"] = Write("authority.pem", certificate.ExportCertificatePem());
        await using var trusted = await FetchEtlProcess.RunAsync(_environment, "send", "--count", "0");

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("UntrustedRoot", refused.Errors);
        Assert.Contains("SSL_CERT_FILE", refused.Errors);
        Assert.True(trusted.ExitCode == 0, trusted.Errors);
    }

    /// <summary>The access key and the region of the request that looked the queue up.</summary>
    private async Task<(string AccessKey, string Region)> SignedAsync(params string[] settings)
    {
        await using var send = await FetchEtlProcess.RunAsync(_environment, ["send", "--count", "0", .. settings]);
        Assert.True(send.ExitCode == 0, send.Errors);

        return LastSigned();
    }

    private (string AccessKey, string Region) LastSigned()
    {
        // "AWS4-HMAC-SHA256 Credential=<key>/<day>/<region>/sqs/aws4_request, …"
        var scope = _stub.SqsRequests.Last().Authorization.Split("Credential=")[1].Split('/');
        return (scope[0], scope[2]);
    }

    private void UseEnvironmentKeys()
    {
        _environment["AWS_ACCESS_KEY_ID"] = "AKIDENV";
        _environment["AWS_SECRET_ACCESS_KEY"] = "s";
    }

    private string Write(string name, string text)
    {
        var file = new FileInfo(Path.Combine(_home.FullName, ".aws", name));
        file.Directory!.Create();
        File.WriteAllText(file.FullName, text);
        return file.FullName;
    }

    private static string Keys(string accessKey) => $"aws_access_key_id = {accessKey}\naws_secret_access_key = s\n";
}
