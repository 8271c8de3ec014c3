using Spectre.Console;

namespace FetchEtl.Service;

/// <summary>A console for files and pipes: no colours, no cursor control, wide enough for a table.</summary>
internal static class PlainConsole
{
    private const int Width = 160;

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
