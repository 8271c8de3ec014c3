using FetchEtl.Testing;
using MassTransit;

namespace FetchEtl.Sqs.Tests;

public sealed class PublicApiTests
{
    [Fact]
    public void The_public_API_is_the_approved_one() => PublicApi.Verify(typeof(SqsRiderExtensions).Assembly);
}
