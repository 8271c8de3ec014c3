using Npgsql;

namespace FetchEtl.Benchmarks;

/// <summary>What PostgreSQL reports when it refuses a statement.</summary>
internal static class SimulatedRefusals
{
    /// <summary>Reasons that strike every row, or a share of the rows, until an operator corrects them.</summary>
    private static readonly (string State, string? Table, string? Column, string? Constraint, bool InFunction)[]
        OperatorFaults =
    [
        ("2200H", null, null, null, false),
        ("23505", "login_audit", null, "login_audit_pkey", true),
        ("23505", "user_logins", null, "user_logins_pkey", false),
        ("23505", "user_logins", null, "one_login_a_day", false),
        ("23514", "login_audit", null, null, true),
        ("23514", "user_logins", null, "locale_is_known", false),
        ("23502", "user_logins", "locale", null, false),
        ("23503", "user_logins", null, "user_is_known", false),
        ("42501", "user_logins", null, null, false),
        ("42P01", null, null, null, false),
        ("53100", null, null, null, false),
        ("25006", null, null, null, false),
        ("P0001", null, null, null, true),
        ("22001", null, null, null, false),
        ("22021", null, null, null, true),
    ];

    /// <summary>The first reason to refuse one of the rows; null where there is none.</summary>
    public static PostgresException? Of(
        IReadOnlyList<(Guid Id, int Message)> rows, SchedulePlan plan, ActiveFaults faults)
    {
        if (faults.Strikes(Hazard.Deadlocks) is { } deadlock)
        {
            return Exception(deadlock.Choice % 2 == 0 ? "40P01" : "40001");
        }

        var operators = faults.Active(Hazard.OperatorFault);
        var trigger = faults.Active(Hazard.TriggerRaises);
        foreach (var (_, message) in rows)
        {
            if (operators is not null && Strikes(operators, message))
            {
                var (state, table, column, constraint, inFunction) =
                    OperatorFaults[operators.Choice % OperatorFaults.Length];
                return Exception(state, table, column, constraint, inFunction);
            }

            if (trigger is not null && Strikes(trigger, message))
            {
                return Exception("P0001", inFunction: true);
            }

            if (plan.Messages[message] == MessageKind.BadRow)
            {
                return Exception("22021");
            }
        }

        return null;
    }

    /// <summary>Whether a fault strikes this row: always the same rows while it lasts.</summary>
    private static bool Strikes(Fault fault, int message) =>
        fault.Share >= 1 || (((message * 7919) + fault.Choice) % 100) < fault.Share * 100;

    private static PostgresException Exception(
        string state,
        string? table = null,
        string? column = null,
        string? constraint = null,
        bool inFunction = false) => new(
        "refused",
        "ERROR",
        "ERROR",
        state,
        where: inFunction ? "PL/pgSQL function audit() line 3 at RAISE" : null,
        schemaName: table is null ? null : "public",
        tableName: table,
        columnName: column,
        constraintName: constraint);
}
