using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Internal.Auth;
using Amazon.SQS;
using Amazon.SQS.Model;
using Amazon.SQS.Model.Internal.MarshallTransformations;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Time.Testing;
using Config = FsCheck.Config;
using DeleteRequest = Amazon.SQS.Model.DeleteMessageBatchRequest;
using ReceiveRequest = Amazon.SQS.Model.ReceiveMessageRequest;

namespace FetchEtl.Sqs.Tests;

/// <summary>The SDK is the reference: for the same call and time the direct path sends the same request.</summary>
public sealed class DirectRequestTests
{
    private static readonly Config Seeded = Config.QuickThrowOnFailure.WithReplay(20260101, 1).WithMaxTest(300);

    private static readonly Gen<string> Texts = ArbMap.Default.GeneratorFor<string>()
        .Select(text => text ?? "ü \" \\ \u0001 \ud83d\ude00 <&'+>/");

    [Fact]
    public void A_receive_is_sent_as_the_SDK_sends_it() => Check.One(Seeded, Prop.ForAll(
        Gen.Zip(Receives(), Endpoints()).ToArbitrary(),
        pair => RequireSameRequest(pair.Item2, client => client.ReceiveMessageAsync(pair.Item1))));

    [Fact]
    public void A_delete_batch_is_sent_as_the_SDK_sends_it() => Check.One(Seeded, Prop.ForAll(
        Gen.Zip(Deletes(), Endpoints()).ToArbitrary(),
        pair => RequireSameRequest(pair.Item2, client => client.DeleteMessageBatchAsync(pair.Item1))));

    [Fact]
    public void Any_day_and_any_key_is_signed_as_the_SDK_signs_it()
    {
        // One signer for all cases, so that its cached key is used after other days and other secrets.
        var signer = new DirectSigner("127.0.0.1:4566", "eu-central-1", "sqs");
        var sdk = new AWS4Signer();
        var times = Gen.OneOf(Gen.Choose(0, 2 * 24 * 60 * 60), Gen.Choose(0, int.MaxValue));
        var cases = Gen.Zip(Credentials(), times).Zip(Deletes());
        Check.One(Seeded, Prop.ForAll(cases.ToArbitrary(), tuple =>
        {
            var ((credentials, seconds), request) = tuple;
            var now = DateTimeOffset.FromUnixTimeSeconds(seconds);
            using var marshalled = DeleteMessageBatchRequestMarshaller.Instance.Marshall(request);
            using var body = new MemoryStream();
            marshalled.ContentStream.CopyTo(body);
            marshalled.ContentStream.Position = 0;
            using var message = new HttpRequestMessage();
            Assert.True(signer.TrySign(message.Headers, marshalled.Headers, body.ToArray(), credentials, now));

            marshalled.Endpoint = new Uri("http://127.0.0.1:4566/");
            if (credentials.UseToken)
            {
                marshalled.Headers["x-amz-security-token"] = credentials.Token;
            }

            var expected = sdk.SignRequest(
                marshalled,
                DirectClients.Config(),
                metrics: null,
                credentials.AccessKey,
                credentials.SecretKey,
                now.UtcDateTime);

            Assert.Equal(expected.ForAuthorizationHeader, message.Headers.NonValidated["Authorization"].ToString());
            Assert.Equal(marshalled.Headers["X-Amz-Date"], message.Headers.NonValidated["X-Amz-Date"].ToString());
        }));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("FwoGZXIvYXdzE//Zx+=")]
    public async Task The_bytes_on_the_wire_are_those_of_the_SDK(string? token)
    {
        await using var endpoint = RawEndpoint.Start();
        AWSCredentials credentials = token is null
            ? DirectClients.Credentials
            : new SessionAWSCredentials("AKIDEXAMPLE", "secret", token);

        // The SDK corrects the clock by what it learned from any server on the same port, another test's included.
        var config = new AmazonSQSConfig
        {
            ServiceURL = endpoint.Url.ToString(),
            AuthenticationRegion = "us-east-1",
            DisableClockSkewCorrection = true,
        };
        var request = new ReceiveRequest { QueueUrl = "ü", WaitTimeSeconds = 20, MessageAttributeNames = ["All"] };

        using var sdk = new AmazonSQSClient(credentials, config);
        await sdk.ReceiveMessageAsync(request);
        var expected = Assert.Single(endpoint.Requests);
        var time = new FakeTimeProvider(SeenRequest.ParseTime(RawEndpoint.Header(expected, "X-Amz-Date")));
        using var direct = new DirectSqsClient(credentials, config, time);
        await direct.ReceiveMessageAsync(request);

        Assert.Equal(2, endpoint.Requests.Count);
        var actual = endpoint.Requests.Last();
        Assert.Contains("md/FetchEtl#direct", actual, StringComparison.Ordinal);
        Assert.Equal(RawEndpoint.Comparable(expected), RawEndpoint.Comparable(actual));
    }

    private static void RequireSameRequest(Endpoint endpoint, Func<IAmazonSQS, Task> call)
    {
        var http = new ScriptedHttp(_ => ScriptedHttp.Json("{}"));
        var config = endpoint.Config();
        config.HttpClientFactory = http;
        using (var sdk = new AmazonSQSClient(endpoint.Credentials, config))
        {
            call(sdk).GetAwaiter().GetResult();
        }

        var expected = Assert.Single(http.Requests);
        using (var direct = new DirectSqsClient(endpoint.Credentials, config, new FakeTimeProvider(expected.Time)))
        {
            call(direct).GetAwaiter().GetResult();
        }

        Assert.Equal(2, http.Requests.Count);
        var actual = http.Requests.Last();
        Assert.False(expected.IsDirect);
        Assert.True(actual.IsDirect);
        Assert.Equal(expected.Comparable, actual.Comparable);
    }

    private static Gen<ReceiveRequest> Receives()
    {
        var numbers = Gen.Elements<int?>(null, 0, 1, 10, 43200);
        var names = Texts.ListOf().Select(list => list.ToList()).OrNull();
        return from queueUrl in Texts.OrNull()
               from max in numbers
               from wait in numbers
               from visibility in numbers
               from attributes in names
               from system in names
               from attempt in Texts.OrNull()
               select new ReceiveRequest
               {
                   QueueUrl = queueUrl,
                   MaxNumberOfMessages = max,
                   WaitTimeSeconds = wait,
                   VisibilityTimeout = visibility,
                   MessageAttributeNames = attributes,
                   MessageSystemAttributeNames = system,
                   ReceiveRequestAttemptId = attempt,
               };
    }

    private static Gen<DeleteRequest> Deletes()
    {
        var entries = from id in Texts.OrNull()
                      from handle in Texts.OrNull()
                      select new DeleteMessageBatchRequestEntry(id, handle);
        return from queueUrl in Texts.OrNull()
               from list in entries.ListOf().Select(list => list.ToList()).OrNull()
               select new DeleteRequest(queueUrl, list);
    }

    private static Gen<ImmutableCredentials> Credentials() =>
        from accessKey in Gen.Elements("AKIDEXAMPLE", "test", "!~")
        from secret in Gen.OneOf(Gen.Elements("short", "ü+/=secret"), Texts.Where(text => text.Length > 0))
        from token in Gen.Elements(null, "FwoGZXIvYXdzE//Zx+=", new string('t', 900))
        select new ImmutableCredentials(accessKey, secret, token);

    private static Gen<Endpoint> Endpoints() =>
        from serviceUrl in Gen.Elements(
            null,
            "http://127.0.0.1:4566",
            "http://localhost",
            "https://vpce-1.sqs.eu-west-1.vpce.amazonaws.com",
            "http://[::1]:9324/")
        from region in Gen.Elements("eu-central-1", "us-east-1", "us-gov-west-1", "cn-north-1")
        from authenticationRegion in Gen.Elements(null, "EU-west-3")
        from variant in Gen.Choose(0, 3)
        from keys in Credentials()
        select new Endpoint(serviceUrl, region, authenticationRegion, variant, keys);

    /// <summary>The endpoint that a client calls, and its credentials.</summary>
    private sealed record Endpoint(
        string? ServiceUrl, string Region, string? AuthenticationRegion, int Variant, ImmutableCredentials Keys)
    {
        public AWSCredentials Credentials => Keys.UseToken
            ? new SessionAWSCredentials(Keys.AccessKey, Keys.SecretKey, Keys.Token)
            : new BasicAWSCredentials(Keys.AccessKey, Keys.SecretKey);

        public AmazonSQSConfig Config()
        {
            var config = new AmazonSQSConfig { AuthenticationRegion = AuthenticationRegion };
            if (ServiceUrl is null)
            {
                config.RegionEndpoint = RegionEndpoint.GetBySystemName(Region);
                config.UseDualstackEndpoint = Variant == 1;
                config.UseFIPSEndpoint = Variant == 2 && Region.StartsWith("us", StringComparison.Ordinal);
            }
            else
            {
                config.ServiceURL = ServiceUrl;
            }

            return config;
        }
    }
}
