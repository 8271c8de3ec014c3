namespace FetchEtl.Testing;

/// <summary>The POSIX signals that tests send to their child processes.</summary>
public enum ProcessSignal
{
    /// <summary>SIGTERM: asks the process to end.</summary>
    Terminate,

    /// <summary>SIGKILL: ends the process at once.</summary>
    Kill,

    /// <summary>SIGSTOP: freezes the process, with open connections, until <see cref="Continue"/>.</summary>
    Stop,

    /// <summary>SIGCONT: lets a frozen process run again.</summary>
    Continue,
}
