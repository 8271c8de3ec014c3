using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace FetchEtl.Sqs.Tests;

public sealed class SigV4SignerTests
{
    private const string SecretKey = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    // AWS's "Signature Version 4 test suite": get-vanilla, post-vanilla, post-x-www-form-urlencoded.
    [Theory]
    [InlineData("GET", null, "", "host;x-amz-date", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")]
    [InlineData("POST", null, "", "host;x-amz-date", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b")]
    [InlineData(
        "POST",
        "application/x-www-form-urlencoded",
        "Param1=value1",
        "content-type;host;x-amz-date",
        "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a")]
    public void The_published_vectors_are_signed_as_published(
        string method, string? contentType, string content, string signedHeaders, string signature)
    {
        var request = new SigV4Request(
            method, "example.amazonaws.com", "/", contentType, null, null, Encoding.UTF8.GetBytes(content));

        var header = new SigV4Signer("us-east-1", "service").Authorize(request, "20150830T123600Z", "AKIDEXAMPLE", SecretKey);

        Assert.Equal(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
            + $"SignedHeaders={signedHeaders}, Signature={signature}",
            header);
    }

    [Fact]
    public void Any_request_is_signed_as_the_AWS_SDK_signs_it()
    {
        // One signer for all cases, so that its key cache meets changing days and secrets.
        var signer = new SigV4Signer("eu-central-1", "sqs");
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(Cases().ToArbitrary(), signed =>
        {
            var endpoint = new Uri("https://" + signed.Host);
            var request = new SigV4Request(
                "POST",
                endpoint.Authority,
                new Uri(endpoint, string.Join('/', signed.Path.Split('/').Select(Uri.EscapeDataString))).AbsolutePath,
                signed.ContentType,
                signed.Target,
                signed.Token,
                signed.Payload);

            var actual = signer.Authorize(request, SigV4Signer.FormatDate(signed.Time), signed.AccessKey, signed.SecretKey);

            Assert.Equal(Oracle(signed, endpoint), actual);
        }));
    }

    private static string Oracle(Case signed, Uri endpoint)
    {
        var headers = new Dictionary<string, string>
        {
            ["Host"] = endpoint.Authority,
            ["X-Amz-Date"] = SigV4Signer.FormatDate(signed.Time),
        };
        if (signed.ContentType is not null)
        {
            headers["Content-Type"] = signed.ContentType;
        }

        if (signed.Target is not null)
        {
            headers["X-Amz-Target"] = signed.Target;
        }

        if (signed.Token is not null)
        {
            headers["X-Amz-Security-Token"] = signed.Token;
        }

        return AwsSignerOracle.Authorize(
            endpoint,
            signed.Path,
            "POST",
            headers,
            signed.Payload,
            (signed.AccessKey, signed.SecretKey),
            "eu-central-1",
            "sqs",
            signed.Time);
    }

    private static Gen<Case> Cases()
    {
        var secrets = Gen.Elements("short", SecretKey, "ü+/=secret");
        return from host in Gen.Elements("sqs.eu-central-1.amazonaws.com", "127.0.0.1:4566", "queues.example:8443")
               from path in Gen.Elements("/", "/000000000000/login-queue", "/q/a.fifo", "/two words", "/grün/100%")
               from contentType in Gen.Elements(null, "application/x-amz-json-1.0", "application/x-www-form-urlencoded; charset=utf-8")
               from target in Gen.Elements(null, "AmazonSQS.ReceiveMessage")
               from token in Gen.Elements(null, "FwoGZXIvYXdzE//Zx+=", new string('t', 900))
               from payload in ArbMap.Default.GeneratorFor<byte[]>()
               from seconds in Gen.Choose(0, int.MaxValue)
               from accessKey in Gen.Elements("AKIDEXAMPLE", "test")
               from secretKey in secrets
               select new Case(
                   host, path, contentType, target, token, payload, DateTimeOffset.FromUnixTimeSeconds(seconds), accessKey, secretKey);
    }

    private sealed record Case(
        string Host,
        string Path,
        string? ContentType,
        string? Target,
        string? Token,
        byte[] Payload,
        DateTimeOffset Time,
        string AccessKey,
        string SecretKey);
}
