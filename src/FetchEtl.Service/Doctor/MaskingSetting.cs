using FetchEtl.Masking;
using Microsoft.Extensions.Configuration;

namespace FetchEtl.Service;

/// <summary>The section <c>Masking</c> by itself, whatever the other sections hold.</summary>
internal static class MaskingSetting
{
    /// <returns>The settings; null where they are invalid.</returns>
    public static MaskingOptions? Read(IConfiguration configuration)
    {
        var masking = new MaskingOptions();
        try
        {
            configuration.ReadMasking(masking);
        }
        catch (MaskingRefusedException refused) when (refused.Problems.All(UnknownKeys.IsOne))
        {
            // The section is bound but for such a key, and keys that are named in AWS are still names.
            if (KeyReferences.Of(configuration).Resolve(masking, CancellationToken.None).Count > 0)
            {
                return null;
            }
        }
        catch (MaskingRefusedException)
        {
            return null;
        }

        return masking.Validate().Count == 0 ? masking : null;
    }
}
