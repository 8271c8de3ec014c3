using System.Runtime.InteropServices;

namespace FetchEtl.Logins;

/// <summary>How many of the recent rows PostgreSQL refused for one SQLSTATE.</summary>
/// <param name="Refused">Rows refused for it.</param>
/// <param name="Written">Rows written.</param>
/// <param name="Rows">All recent rows.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct RefusalShare(double Refused, double Written, double Rows)
{
    /// <summary>At least 20 rows were written for each refused one, so the refused rows differ from the rest.</summary>
    public bool IsFew => Written >= Refused * 20;

    /// <summary>At least 20 rows, and not few: the schema is at fault, whatever the rows are.</summary>
    public bool IsMany => Refused >= 20 && !IsFew;
}
