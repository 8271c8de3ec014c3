namespace FetchEtl.Local;

/// <summary>The error that a rule makes of a call.</summary>
internal static class InjectedError
{
    public static SqsException Of(SqsFaultRule rule) => rule.Kind == SqsFaultKind.Throttling
        ? SqsError.RequestThrottled.With("Request is throttled.")
        : Error(rule.Code ?? SqsError.InternalError.Name).With("This error was asked for by the fault plan.");

    /// <summary>SQS's own error of that name, else one of any AWS service (SQS API reference, "Common Errors").</summary>
    private static SqsError Error(string code) =>
        Array.Find(SqsError.All, error => error.Name == code || error.QueryCode == code) ?? new(code, code, Status(code));

    private static int Status(string code) => code switch
    {
        _ when code.StartsWith("Internal", StringComparison.Ordinal) => 500,
        "ServiceUnavailable" or "ServiceUnavailableException" => 503,
        _ when code.StartsWith("AccessDenied", StringComparison.Ordinal) => 403,
        "ExpiredToken" or "ExpiredTokenException" or "InvalidClientTokenId" or "UnrecognizedClientException"
            or "SignatureDoesNotMatch" or "InvalidSignatureException" or "InvalidSecurity" or "MissingAuthenticationToken"
            or "NotAuthorized" or "OptInRequired" => 403,
        _ => 400,
    };
}
