using Spectre.Console;

namespace FetchEtl.Service;

/// <summary>A console for files and pipes: no colours, no cursor control, tables that fit a terminal.</summary>
internal static class PlainConsole
{
    private const int Width = 80;

    public static IAnsiConsole Create()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        console.Profile.Width = Width;

        return console;
    }
}
