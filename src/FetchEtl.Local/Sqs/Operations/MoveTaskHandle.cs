using System.Text;

namespace FetchEtl.Local;

/// <summary>A move task's handle: its id and its source queue, in base64.</summary>
internal static class MoveTaskHandle
{
    public static string Write(Guid id, string sourceArn) => Convert.ToBase64String(Encoding.UTF8.GetBytes($"{id} {sourceArn}"));

    public static (Guid Id, string SourceArn) Parse(string? handle)
    {
        if (handle is null)
        {
            throw SqsError.Missing("TaskHandle");
        }

        var bytes = new byte[handle.Length];
        if (Convert.TryFromBase64String(handle, bytes, out var length)
            && Encoding.UTF8.GetString(bytes, 0, length).Split(' ') is [var id, var arn] && Guid.TryParse(id, out var guid))
        {
            return (guid, arn);
        }

        throw SqsError.InvalidParameterValue.With("Value for parameter TaskHandle is invalid.");
    }
}
