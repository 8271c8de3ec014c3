namespace FetchEtl.Service.Sending;

/// <summary>A file of messages: each line is one body, empty lines are passed over.</summary>
internal static class MessageFile
{
    public static IEnumerable<string> Read(FileInfo file) => File.ReadLines(file.FullName).Where(x => !string.IsNullOrWhiteSpace(x));
}
