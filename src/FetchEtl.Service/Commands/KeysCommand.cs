using System.CommandLine;
using FetchEtl.Masking;

namespace FetchEtl.Service;

/// <summary>Creates masking keys. It needs no settings.</summary>
internal static class KeysCommand
{
    public static Command Create()
    {
        var create = new Command(
            "new", "Prints a new masking key: base64 of 32 random bytes, for Masking:Keys or a file of " +
            "Masking:KeyFiles.");
        create.SetAction(_ => Console.WriteLine(MaskingKeys.Create()));

        return new Command("keys", "Creates masking keys.") { create };
    }
}
