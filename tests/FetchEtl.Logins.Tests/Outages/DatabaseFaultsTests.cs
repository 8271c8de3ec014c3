using System.Net.Sockets;
using System.Text;
using Npgsql;

namespace FetchEtl.Logins.Tests;

public sealed class DatabaseFaultsTests
{
    public static TheoryData<Exception, bool> WithoutSqlState => new()
    {
        { new NpgsqlException("reading failed", new IOException()), true },
        { new SocketException((int)SocketError.ConnectionRefused), true },
        { new TimeoutException(), true },
        { new InvalidOperationException("EF Core wraps what is transient", new NpgsqlException()), true },
        { new InvalidOperationException("a bug"), false },
        { new NullReferenceException(), false },
    };

    [Theory]
    [InlineData("22001", FaultKind.Refused)]
    [InlineData("22021", FaultKind.Refused)]
    [InlineData("22P05", FaultKind.Refused)]
    [InlineData("23502", FaultKind.Refused)]
    [InlineData("23505", FaultKind.Refused)]
    [InlineData("23514", FaultKind.Refused)]
    [InlineData("23503", FaultKind.Refused)]
    [InlineData("2200H", FaultKind.Refused)]
    [InlineData("22003", FaultKind.Refused)]
    [InlineData("44000", FaultKind.Refused)]
    [InlineData("P0001", FaultKind.Refused)]
    [InlineData("0A000", FaultKind.Refused)]
    [InlineData("ZZ999", FaultKind.Refused)]
    [InlineData("08006", FaultKind.Transient)]
    [InlineData("40001", FaultKind.Transient)]
    [InlineData("40P01", FaultKind.Transient)]
    [InlineData("53300", FaultKind.Transient)]
    [InlineData("55P03", FaultKind.Transient)]
    [InlineData("57P01", FaultKind.Transient)]
    [InlineData("57014", FaultKind.Transient)]
    [InlineData("XX000", FaultKind.Transient)]
    [InlineData("25006", FaultKind.Operator)]
    [InlineData("28P01", FaultKind.Operator)]
    [InlineData("3D000", FaultKind.Operator)]
    [InlineData("42P01", FaultKind.Operator)]
    [InlineData("42501", FaultKind.Operator)]
    [InlineData("42703", FaultKind.Operator)]
    [InlineData("53100", FaultKind.Operator)]
    internal void The_SQLSTATE_decides_the_kind_of_a_fault(string sqlState, FaultKind kind)
    {
        var server = new PostgresException("server text", "ERROR", "ERROR", sqlState);

        var fault = DatabaseFaults.Classify(new InvalidOperationException("wrapped", server));

        Assert.Equal(kind, fault.Kind);
        Assert.Equal(sqlState, fault.SqlState);

        // The log gives both, each by its name.
        Assert.True(kind == FaultKind.Transient || $"{fault.Cause}: {fault.Remedy}" == fault.Reason, fault.Reason);
    }

    [Theory]
    [InlineData("42P01", "PL/pgSQL function audit() line 1 at SQL statement", FaultKind.Refused)]
    [InlineData("42501", "SQL statement \"INSERT INTO audit\"\nPL/pgSQL function audit() line 1", FaultKind.Refused)]
    [InlineData("XX000", "PL/Python function \"audit\"", FaultKind.Refused)]
    [InlineData("XX000", "SQL-Funktion »audit« Anweisung 1", FaultKind.Refused)]
    [InlineData("ABC12", "fonction PL/pgsql audit(), ligne 1", FaultKind.Refused)]
    [InlineData("53100", "PL/pgSQL function audit() line 1 at RAISE", FaultKind.Operator)]
    [InlineData("25006", "PL/pgSQL function audit() line 1 at SQL statement", FaultKind.Operator)]
    [InlineData("57014", "PL/pgSQL function audit() line 1 at PERFORM", FaultKind.Transient)]
    [InlineData("40P01", "PL/pgSQL function audit() line 1 at SQL statement", FaultKind.Transient)]
    [InlineData("42P01", "unnamed portal with parameters: $1 = '{PL/pgSQL function audit()}'", FaultKind.Operator)]
    internal void What_fails_in_a_function_may_be_a_rows_unless_it_passes_or_is_the_servers(
        string sqlState, string where, FaultKind kind)
    {
        Assert.Equal(kind, DatabaseFaults.Classify(Server(sqlState, where: where)).Kind);
    }

    [Theory]
    [InlineData("ExecWithCheckOptions", FaultKind.Refused, "row-level security")]
    [InlineData("aclcheck_error", FaultKind.Operator, "grant it INSERT")]
    internal void A_policy_of_row_level_security_is_no_missing_right(string routine, FaultKind kind, string remedy)
    {
        var fault = DatabaseFaults.Classify(Server("42501", routine: routine));

        Assert.Equal(kind, fault.Kind);
        Assert.Contains(remedy, fault.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("23505", "_bt_check_unique", "constraint c of table t refuses a second row")]
    [InlineData("23514", "ExecConstraints", "constraint c of table t refuses rows")]
    [InlineData("23514", "ExecFindPartition", "table t has no partition for the row")]
    [InlineData("23502", "ExecConstraints", "column k of table t is NOT NULL")]
    [InlineData("23503", "ri_ReportViolation", "constraint c of table t refuses rows without a row")]
    [InlineData("P0001", "exec_stmt_raise", "a trigger or function raised it")]
    public void The_remedy_names_the_objects_of_the_schema(string sqlState, string routine, string remedy)
    {
        var fault = DatabaseFaults.Classify(Server(sqlState, routine, "PL/pgSQL function audit() line 1", "t"));

        Assert.StartsWith(remedy, fault.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("server text", fault.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("P0001")]
    [InlineData("23514")]
    [InlineData("23505")]
    [InlineData("23502")]
    [InlineData("ABC12")]
    public void A_name_that_a_trigger_passes_is_not_shown_because_it_may_be_a_value_of_the_row(string sqlState)
    {
        var fault = DatabaseFaults.Classify(
            Server(sqlState, "exec_stmt_raise", "PL/pgSQL function audit() line 1 at RAISE", "canary-3c5e"));

        Assert.DoesNotContain("canary-3c5e", fault.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void The_rows_own_fault_is_a_text_that_no_table_of_the_model_holds_and_nothing_else()
    {
        var longer = new UserLogin { Locale = new string('l', 33) };
        var long32 = new UserLogin { Locale = string.Concat(Enumerable.Repeat("\U0001F600", 32)) };
        var accented = new UserLogin { UserId = "ü" };

        Assert.True(RowFaults.IsOwn(Fault("22001"), longer));
        Assert.False(RowFaults.IsOwn(Fault("22001"), long32));
        Assert.True(RowFaults.IsOwn(Fault("22021"), new UserLogin { UserId = "u\0" }));
        Assert.True(RowFaults.IsOwn(Fault("22P05"), accented));
        Assert.False(RowFaults.IsOwn(Fault("22P05"), LoginStore.Login()));
        string[] others = ["2200H", "22003", "23502", "23503", "23505", "23514", "P0001", "44000", "02000"];
        foreach (var sqlState in others)
        {
            Assert.False(RowFaults.IsOwn(Fault(sqlState), longer));
            Assert.False(RowFaults.IsOwn(Fault(sqlState), accented));
        }

        Assert.False(RowFaults.IsOwn(Fault("22001", "PL/pgSQL function audit() line 1"), longer));

        static DatabaseFault Fault(string sqlState, string? where = null) =>
            DatabaseFaults.Classify(Server(sqlState, where: where));
    }

    [Theory]
    [MemberData(nameof(WithoutSqlState))]
    public void Without_a_sqlstate_only_failed_connections_are_transient(Exception exception, bool transient)
    {
        Assert.Equal(transient ? FaultKind.Transient : FaultKind.Unknown, DatabaseFaults.Classify(exception).Kind);
    }

    [Fact]
    public void A_text_that_cannot_be_encoded_is_a_fault_of_the_data()
    {
        var exception = Assert.Throws<EncoderFallbackException>(() => new UTF8Encoding(false, true).GetBytes("\ud800"));

        Assert.Equal(FaultKind.Refused, DatabaseFaults.Classify(new NpgsqlException("writing failed", exception)).Kind);
    }

    [Fact]
    public void Masks_that_do_not_fit_the_table_need_the_operator_and_every_problem_is_reported()
    {
        var fault = DatabaseFaults.Classify(new MaskingRefusedException(["One.", "Two."]));

        Assert.Equal(new DatabaseFault(FaultKind.Operator, "MaskingRefusedException", "One. Two."), fault);
    }

    [Fact]
    public void A_session_rejected_for_its_connection_string_needs_the_operator()
    {
        var refusal = new PostgresException(
            "invalid value for parameter",
            "FATAL",
            "FATAL",
            PostgresErrorCodes.InvalidParameterValue);

        Assert.Equal(FaultKind.Operator, DatabaseFaults.Classify(refusal).Kind);
    }

    [Theory]
    [InlineData("transaction blocks not allowed in statement pooling mode", FaultKind.Operator)]
    [InlineData("query_wait_timeout", FaultKind.Transient)]
    public void Of_the_refusals_of_pgbouncer_only_that_of_transactions_is_the_operators(string text, FaultKind kind)
    {
        var fault = DatabaseFaults.Classify(new PostgresException(text, "FATAL", "FATAL", "08P01"));

        Assert.Equal((kind, "08P01"), (fault.Kind, fault.SqlState));
        Assert.Equal(
            kind == FaultKind.Operator, fault.Reason.Contains("pool_mode = transaction", StringComparison.Ordinal));
    }

    private static PostgresException Server(
        string sqlState, string? routine = null, string? where = null, string? table = null) => new(
        "server text",
        "ERROR",
        "ERROR",
        sqlState,
        where: where,
        tableName: table,
        columnName: table is "t" ? "k" : table,
        constraintName: table is "t" ? "c" : table,
        routine: routine);
}
