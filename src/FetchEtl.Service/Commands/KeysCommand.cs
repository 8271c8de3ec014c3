using System.CommandLine;
using FetchEtl.Masking;

namespace FetchEtl.Service;

/// <summary>Creates masking keys, which needs no settings, and registers those of the settings.</summary>
internal static class KeysCommand
{
    private static readonly Option<string> Kms = new("--kms")
    {
        Description = "The KMS key that encrypts the new masking key: its id, alias/NAME or ARN.",
        HelpName = "key-id",
    };

    public static Command Create()
    {
        var create = Verb.Create(
            "new",
            "Prints a new masking key: base64 of 32 random bytes, for Masking:Keys or a file of Masking:KeyFiles. With "
            + "--kms, AWS KMS creates the key, and only its ciphertext is printed.",
            CreateAsync,
            Kms).WithExamples(
            "(umask 077; fetch-etl keys new > masking-key)", "fetch-etl keys new --kms alias/logins > masking-key");
        var register = Verb.Create(
            "register",
            "Registers the keys of the settings in masking_generations, after which the service needs only SELECT on " +
            "it. You vouch for them, and for the settings that decide what is written: fields, versions, vault key.",
            RegisterAsync).WithExamples("fetch-etl keys register --Masking:KeyFiles:0=masking-key");
        return new Command("keys", "Creates and registers masking keys.")
        {
            create, register, VaultVerifierCommand.Create(),
        };
    }

    private static async Task<int> CreateAsync(
        ParseResult parsed, string[] settings, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(Kms) is not { } keyId)
        {
            Console.WriteLine(MaskingKeys.Create());
            return Verb.Succeeded;
        }

        var keys = new KeyStore(ServiceHost.Create(settings).Configuration, Environment.GetEnvironmentVariable);
        Console.WriteLine(await keys.CreateAsync(keyId, cancellationToken));
        return Verb.Succeeded;
    }

    private static async Task<int> RegisterAsync(
        ParseResult parsed, string[] settings, CancellationToken cancellationToken)
    {
        var configuration = ServiceHost.Create(settings).Configuration;
        var database = DatabaseSetting.Read(configuration);
        var (masker, options) = KeyRegistration.Read(configuration, cancellationToken) ?? throw new UsageException(
            "Masking:Keys or Masking:KeyFiles must hold the keys to register, with Masking:Method Hmac.");
        await KeyRegistration.RunAsync(database, masker, options, cancellationToken);
        return Verb.Succeeded;
    }
}
