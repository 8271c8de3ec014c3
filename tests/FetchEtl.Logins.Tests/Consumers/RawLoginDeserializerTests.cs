using MassTransit;
using MassTransit.Serialization;

namespace FetchEtl.Logins.Tests;

public sealed class RawLoginDeserializerTests
{
    [Fact]
    public void A_forwarded_or_redelivered_login_keeps_its_body_byte_for_byte()
    {
        const string body = """{ "user_id":"u", "extra":1 }""";

        var context = new RawLoginDeserializer(TimeProvider.System)
            .Deserialize(new StringMessageBody(body), EmptyHeaders.Instance);

        var forwarded = context.GetMessageSerializer().GetMessageBody<LoginMessage>(null!);
        Assert.Equal(body, forwarded.GetString());
    }
}
