using System.Diagnostics;

namespace FetchEtl.Sqs.Tests;

public sealed class MessageSpansTests
{
    [Theory]
    [InlineData("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1", true)]
    [InlineData("Self=1-5759e988-bd8; Root=1-5759e988-bd862e3fe1be46a994272793; Parent=53995c3f42cd8ad8", false)]
    [InlineData("Sampled=0;Parent=53995c3f42cd8ad8;Root=1-5759e988-bd862e3fe1be46a994272793;Lineage=a:1", false)]
    public void The_header_of_XRay_names_a_span(string header, bool isRecorded)
    {
        var context = MessageSpans.FromXRay(header)!.Value;

        Assert.Equal("5759e988bd862e3fe1be46a994272793", context.TraceId.ToHexString());
        Assert.Equal("53995c3f42cd8ad8", context.SpanId.ToHexString());
        Assert.Equal(isRecorded ? ActivityTraceFlags.Recorded : ActivityTraceFlags.None, context.TraceFlags);
        Assert.True(context.IsRemote);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(";=;Root")]
    [InlineData("Root=1-5759e988-bd862e3fe1be46a994272793")]
    [InlineData("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=canary-canary-ca;Sampled=1")]
    [InlineData("Root=1-00000000-000000000000000000000000;Parent=53995c3f42cd8ad8")]
    [InlineData("Root=2-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8")]
    public void Any_other_header_names_none(string? header) => Assert.Null(MessageSpans.FromXRay(header));
}
