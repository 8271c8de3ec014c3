namespace FetchEtl.Logins;

/// <summary>A row that PostgreSQL refuses alone. It waits apart from the batches.</summary>
internal sealed class Suspect(PendingLogin row)
{
    public PendingLogin Row => row;

    /// <summary>Why it was refused last.</summary>
    public DatabaseFault Fault { get; private set; }

    /// <summary>How often it was refused in a row for this SQLSTATE.</summary>
    public int Refusals { get; private set; }

    /// <summary>How often its statement lost against another one, or failed, since it was refused.</summary>
    public int Conflicts { get; set; }

    /// <summary>The time provider's timestamp since when it waits.</summary>
    public long HeldSince { get; set; }

    /// <summary>The time provider's timestamp of the next attempt.</summary>
    public long DueAt { get; set; }

    /// <summary>Records a refusal.</summary>
    /// <returns>Whether the SQLSTATE is new for this row.</returns>
    public bool Refuse(DatabaseFault fault)
    {
        var isNew = Refusals == 0 || Fault.SqlState != fault.SqlState;
        Refusals = isNew ? 1 : Refusals + 1;
        Fault = fault;
        Conflicts = 0;
        return isNew;
    }

    /// <summary>The writer stops: the message is delivered again.</summary>
    public void Stop()
    {
        if (row.TryBegin())
        {
            row.Fail(new LoginWriterStoppedException());
        }
    }
}
