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
    [InlineData("22001", FaultKind.Data)]
    [InlineData("22021", FaultKind.Data)]
    [InlineData("22P05", FaultKind.Data)]
    [InlineData("23502", FaultKind.Operator)]
    [InlineData("23505", FaultKind.Data)]
    [InlineData("23514", FaultKind.Data)]
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

        Assert.Equal(FaultKind.Data, DatabaseFaults.Classify(new NpgsqlException("writing failed", exception)).Kind);
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
}
