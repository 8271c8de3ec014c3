using Microsoft.Extensions.Options;

namespace FetchEtl.Service.Settings;

/// <summary>Finds all problems of the <c>Sqs</c> section at once.</summary>
[OptionsValidator]
internal sealed partial class SqsSettingsValidator : IValidateOptions<SqsSettings>;
