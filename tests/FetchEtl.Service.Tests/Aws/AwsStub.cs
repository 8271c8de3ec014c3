using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace FetchEtl.Service.Tests;

/// <summary>
/// SQS, STS, the SSO portal and a container's credentials in one loopback server. Each source of credentials issues its
/// own access key, so the signature of an SQS request shows which source was used.
/// </summary>
internal sealed class AwsStub : IAsyncDisposable
{
    private const string Expiration = "2099-01-01T00:00:00Z";

    private readonly WebApplication _application;

    private AwsStub(WebApplication application) => _application = application;

    public Uri Url => new(_application.Urls.Single());

    /// <summary>The status of SQS's replies.</summary>
    public HttpStatusCode SqsStatus { get; set; } = HttpStatusCode.OK;

    /// <summary>The <c>Authorization</c> header of each SQS request, and the host that it was sent to.</summary>
    public ConcurrentQueue<(string Authorization, string Host)> SqsRequests { get; } = new();

    /// <summary>Each request to another service: operation or path, and the secret that it carried.</summary>
    public ConcurrentQueue<(string Operation, string Secret)> OtherRequests { get; } = new();

    /// <summary>Each role that STS was asked for: ARN, name of the session, external id.</summary>
    public ConcurrentQueue<(string Arn, string Session, string ExternalId)> Roles { get; } = new();

    /// <summary>The hosts and ports to which a client asked for a tunnel, as through a proxy. None gets one.</summary>
    public ConcurrentQueue<string> Tunnels { get; } = new();

    /// <param name="certificate">The server's certificate; without one it speaks http.</param>
    public static async Task<AwsStub> StartAsync(X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (certificate is not null)
            {
                listen.UseHttps(certificate);
            }
        }));
        var stub = new AwsStub(builder.Build());
        stub._application.Run(stub.ReplyAsync);
        await stub._application.StartAsync();
        return stub;
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private async Task ReplyAsync(HttpContext context)
    {
        var request = context.Request;
        var authorization = request.Headers.Authorization.ToString();
        if (HttpMethods.IsConnect(request.Method))
        {
            Tunnels.Enqueue(request.Host.Value!);
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return;
        }

        if (request.Headers.ContainsKey("X-Amz-Target"))
        {
            SqsRequests.Enqueue((authorization, request.Host.Value!));
            context.Response.StatusCode = (int)SqsStatus;
            await WriteAsync(context, SqsStatus == HttpStatusCode.OK
                ? $$"""{"QueueUrl":"{{Url}}000000000000/login-queue"}"""
                : """{"__type":"InternalFailure","message":"unwell"}""");
            return;
        }

        if (request.Path == "/federation/credentials")
        {
            OtherRequests.Enqueue((request.Path, request.Headers["x-amz-sso_bearer_token"].ToString()));
            await WriteAsync(
                context,
                """{"roleCredentials":{"accessKeyId":"ASIASSO","secretAccessKey":"s","sessionToken":"t","""
                + """ "expiration":4070908800000}}""");
            return;
        }

        if (request.Path == "/container")
        {
            OtherRequests.Enqueue((request.Path, authorization));
            await WriteAsync(
                context,
                $$"""{"AccessKeyId":"ASIACONTAINER","SecretAccessKey":"s","Token":"t","""
                + $$""" "Expiration":"{{Expiration}}"}""");
            return;
        }

        var form = await request.ReadFormAsync();
        var action = form["Action"].ToString();
        OtherRequests.Enqueue((action, action == "AssumeRole" ? authorization : form["WebIdentityToken"].ToString()));
        Roles.Enqueue((form["RoleArn"].ToString(), form["RoleSessionName"].ToString(), form["ExternalId"].ToString()));
        context.Response.ContentType = "text/xml";
        await context.Response.WriteAsync(
            $"""
            <{action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><{action}Result>
            <AssumedRoleUser><Arn>arn:aws:sts::1:assumed-role/r/s</Arn>
            <AssumedRoleId>A:s</AssumedRoleId></AssumedRoleUser>
            <Credentials><AccessKeyId>ASIA{action.ToUpperInvariant()}</AccessKeyId>
            <SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>
            <Expiration>{Expiration}</Expiration></Credentials></{action}Result></{action}Response>
            """);
    }

    private static Task WriteAsync(HttpContext context, string json)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(json);
    }
}
