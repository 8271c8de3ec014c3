using System.Runtime.CompilerServices;

namespace FetchEtl.Logins;

internal static class QuietWaits
{
    /// <summary>
    /// Awaits the end of a task, however it ends. The code behind it runs on the caller's scheduler, so that a
    /// simulation can own every step.
    /// </summary>
    public static ConfiguredTaskAwaitable WithoutThrowing(this Task task) => task.ConfigureAwait(
        ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
}
