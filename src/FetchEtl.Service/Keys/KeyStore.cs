using Amazon.KeyManagementService;
using Amazon.KeyManagementService.Model;
using Amazon.SimpleSystemsManagement;
using Amazon.SimpleSystemsManagement.Model;
using Microsoft.Extensions.Configuration;
using System.Security.Cryptography;

namespace FetchEtl.Service;

/// <summary>Asks AWS for keys: KMS decrypts a ciphertext, Systems Manager returns a parameter decrypted.</summary>
/// <param name="configuration">The settings of AWS.</param>
/// <param name="environment">Returns environment variables.</param>
internal sealed class KeyStore(IConfiguration configuration, Func<string, string?> environment)
{
    /// <summary>
    /// KMS binds it to the ciphertext: a right that is limited to it decrypts masking keys and nothing else.
    /// </summary>
    private static readonly Dictionary<string, string> Context = new() { ["fetchetl"] = "masking-key" };

    /// <summary>Finds a key.</summary>
    /// <param name="reference">Which one.</param>
    /// <param name="limit">Ends the calls.</param>
    /// <param name="cancellationToken">The caller's own wish to stop.</param>
    /// <exception cref="OperationCanceledException">The caller stopped it.</exception>
    public async Task<KeyOutcome> FindAsync(
        KeyReference reference, CancellationToken limit, CancellationToken cancellationToken)
    {
        try
        {
            return reference.IsKms
                ? await DecryptAsync(reference.Text, limit)
                : await ReadParameterAsync(reference.Text, limit);
        }
        catch (KeyStoreException unusable)
        {
            return KeyOutcome.Failed("names a key in AWS that cannot be asked for", unusable.Message);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested && KeyTrouble.Knows(exception))
        {
            return reference.IsKms ? KeyTrouble.OfKms(exception) : KeyTrouble.OfParameter(exception);
        }
    }

    /// <summary>
    /// Has KMS create a key of 32 random bytes. KMS returns its ciphertext alone, so the key does not exist outside of
    /// KMS before a process decrypts it.
    /// </summary>
    /// <param name="keyId">The KMS key that encrypts it: id, alias or ARN.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The text for <c>Masking:Keys</c>. It is no secret.</returns>
    /// <exception cref="UsageException">KMS did not create it.</exception>
    public async Task<string> CreateAsync(string keyId, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(KeyReferences.Limit, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var kms = Kms();
            var created = await kms.GenerateDataKeyWithoutPlaintextAsync(
                new GenerateDataKeyWithoutPlaintextRequest
                {
                    KeyId = keyId,
                    NumberOfBytes = 32,
                    EncryptionContext = Context,
                },
                either.Token);
            return KeyReference.Kms + Convert.ToBase64String(created.CiphertextBlob.ToArray());
        }
        catch (KeyStoreException unusable)
        {
            throw new UsageException($"--kms: {unusable.Message}.");
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested && KeyTrouble.Knows(exception))
        {
            var (_, problem, remedy) = KeyTrouble.OfNewKey(exception);
            throw new UsageException($"--kms {problem}: {remedy}.");
        }
    }

    private async Task<KeyOutcome> DecryptAsync(string base64, CancellationToken cancellationToken)
    {
        var ciphertext = new byte[base64.Length];
        if (!Convert.TryFromBase64String(base64, ciphertext, out var length) || length == 0)
        {
            return KeyOutcome.Failed(
                "is not kms: and base64 text", "give the whole line that 'fetch-etl keys new --kms' printed");
        }

        using var kms = Kms();
        var reply = await kms.DecryptAsync(
            new DecryptRequest
            {
                CiphertextBlob = new MemoryStream(ciphertext, 0, length),
                EncryptionContext = Context,
            },
            cancellationToken);
        var key = reply.Plaintext.ToArray();
        var text = Convert.ToBase64String(key);
        CryptographicOperations.ZeroMemory(key);
        Erase(reply.Plaintext);
        return KeyOutcome.Of(text);
    }

    private async Task<KeyOutcome> ReadParameterAsync(string name, CancellationToken cancellationToken)
    {
        if (!name.StartsWith('/') && !name.StartsWith("arn:", StringComparison.Ordinal))
        {
            return KeyOutcome.Failed(
                "is not ssm: and the path of a parameter", "write it as in ssm:/fetch-etl/masking-key-1");
        }

        using var ssm = new AmazonSimpleSystemsManagementClient(
            AwsClients.Configure(configuration, environment, "SSM", new AmazonSimpleSystemsManagementConfig()));
        var reply = await ssm.GetParameterAsync(
            new GetParameterRequest { Name = name, WithDecryption = true }, cancellationToken);
        if (reply.Parameter.Type != ParameterType.SecureString)
        {
            return KeyOutcome.Failed(
                $"names a parameter of type {reply.Parameter.Type}, which AWS stores unencrypted",
                "store a new key as SecureString, since anyone who could read this one can compute masks");
        }

        var value = reply.Parameter.Value.Trim();
        return KeyReference.TryParse(value, out _)
            ? KeyOutcome.Failed(
                "names a parameter that holds a reference instead of a key",
                "store the key's base64 text there, or set the reference here")
            : KeyOutcome.Of(value);
    }

    private AmazonKeyManagementServiceClient Kms() =>
        new(AwsClients.Configure(configuration, environment, "KMS", new AmazonKeyManagementServiceConfig()));

    /// <summary>The SDK keeps the reply's bytes in the stream.</summary>
    private static void Erase(MemoryStream stream)
    {
        if (stream.TryGetBuffer(out var buffer))
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }
}
