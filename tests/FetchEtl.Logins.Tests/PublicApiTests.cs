using FetchEtl.Testing;

namespace FetchEtl.Logins.Tests;

public sealed class PublicApiTests
{
    [Fact]
    public void The_public_API_is_the_approved_one() => PublicApi.Verify(typeof(LoginConsumer).Assembly);
}
