namespace FetchEtl.Local;

/// <summary>The systems whose habits <see cref="LocalPostgres"/> knows; anything else is treated as Linux.</summary>
internal enum OperatingSystemKind
{
    Linux,
    MacOS,
    Windows,
}
