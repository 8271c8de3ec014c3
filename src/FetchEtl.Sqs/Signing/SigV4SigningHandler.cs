namespace FetchEtl.Sqs;

/// <summary>Signs every request that passes, with the credentials and the time of that moment.</summary>
internal sealed class SigV4SigningHandler(
    SigV4Signer signer, SqsCredentials credentials, SigningClock clock, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var identity = await credentials.GetAsync(cancellationToken);
        var content = (SqsContent)request.Content!;
        var address = request.RequestUri!;
        var date = SigV4Signer.FormatDate(clock.UtcNow);
        var headers = request.Headers;
        headers.TryAddWithoutValidation("X-Amz-Date", date);
        if (identity.UseToken)
        {
            headers.TryAddWithoutValidation("X-Amz-Security-Token", identity.Token);
        }

        var signed = new SigV4Request(
            request.Method.Method,
            address.Authority,
            address.AbsolutePath,
            content.ContentType,
            headers.NonValidated.TryGetValues("X-Amz-Target", out var target) ? target.ToString() : null,
            identity.UseToken ? identity.Token : null,
            content.Payload);
        headers.TryAddWithoutValidation(
            "Authorization", signer.Authorize(signed, date, identity.AccessKey, identity.SecretKey));
        return await base.SendAsync(request, cancellationToken);
    }
}
