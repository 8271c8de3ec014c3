namespace FetchEtl.Local;

/// <summary>The error with which a rule rejects a call.</summary>
internal static class InjectedError
{
    /// <summary>The text of every injected error except throttling, which has the text of SQS.</summary>
    public const string Message = "The fault plan of this server injected the error.";

    public static ApiException Of(SqsFaultRule rule) => rule.Kind == SqsFaultKind.Throttling
        ? ApiError.RequestThrottled.With("Request is throttled.")
        : Error(rule.Code ?? ApiError.InternalError.Name).With(Message);

    /// <summary>
    /// The SQS error of that name or code, else an error of any AWS service (API reference, "Common Errors").
    /// </summary>
    private static ApiError Error(string code) =>
        Array.Find(ApiError.All, error => error.Name == code || error.QueryCode == code)
            ?? new(code, code, Status(code));

    private static int Status(string code) => code switch
    {
        _ when code.StartsWith("Internal", StringComparison.Ordinal) => 500,
        "ServiceUnavailable" or "ServiceUnavailableException" => 503,
        _ when code.StartsWith("AccessDenied", StringComparison.Ordinal) => 403,
        "ExpiredToken" or "ExpiredTokenException" or "InvalidClientTokenId" or "UnrecognizedClientException"
            or "SignatureDoesNotMatch" or "InvalidSignatureException" or "InvalidSecurity"
            or "MissingAuthenticationToken" or "NotAuthorized" or "OptInRequired" => 403,
        _ => 400,
    };
}
