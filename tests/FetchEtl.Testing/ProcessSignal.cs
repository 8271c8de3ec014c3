namespace FetchEtl.Testing;

/// <summary>The POSIX signals that tests send to a process of their own.</summary>
public enum ProcessSignal
{
    /// <summary>SIGTERM: asked to end.</summary>
    Terminate,

    /// <summary>SIGKILL: ended at once, without a word.</summary>
    Kill,

    /// <summary>SIGSTOP: frozen where it is, connections open, until <see cref="Continue"/>.</summary>
    Stop,

    /// <summary>SIGCONT: goes on as if nothing had been.</summary>
    Continue,
}
