namespace FetchEtl.Logins;

/// <summary>The caller of a check of the generations' settings.</summary>
internal enum PinMode
{
    /// <summary>A process that follows the table.</summary>
    Follow,

    /// <summary>An operator who vouches for keys and settings.</summary>
    Vouch,

    /// <summary>The move of message ids, which decides their form.</summary>
    Move,
}
