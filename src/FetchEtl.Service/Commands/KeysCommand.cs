using System.CommandLine;
using FetchEtl.Logins;

namespace FetchEtl.Service;

internal static class KeysCommand
{
    public static Command Create()
    {
        var create = new Command("new", "Prints a new masking key: base64 of 32 random bytes, for Masking:Keys or a file of Masking:KeyFiles.");
        create.SetAction(_ => Console.WriteLine(KeyTexts.New()));

        return new Command("keys", "Masking keys.") { create };
    }
}
