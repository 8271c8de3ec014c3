using MassTransit;
using MassTransit.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace FetchEtl.Logins.Tests;

/// <summary>Producers that send by MassTransit wrap the login in its envelope.</summary>
public sealed class EnvelopeTests : IAsyncLifetime
{
    private const string Id = "7a0d0000-0000-0000-0000-000000000001";

    private readonly ReceiveSignals _receives = new();
    private LoginStore _store = null!;
    private ITestHarness _harness = null!;
    private ISendEndpoint _queue = null!;

    public async Task InitializeAsync()
    {
        _store = await LoginStore.CreateAsync();
        _store.Masking.MessageIds = MessageIds.Raw;
        _store.Services.AddSingleton<TimeProvider>(
            new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)));
        _store.Services.AddReceiveObserver(_ => _receives);
        _store.Services.AddMassTransitTestHarness(x =>
        {
            x.DisableUsageTelemetry();
            x.AddConsumer<LoginConsumer, LoginConsumerDefinition>();
            x.UsingInMemory(
                (context, bus) => bus.ReceiveEndpoint("login-queue", e => e.ConfigureLoginEndpoint(context)));
        });
        _harness = _store.Provider.GetTestHarness();
        await _harness.Start();
        _queue = await _harness.Bus.GetSendEndpoint(new Uri("queue:login-queue"));
    }

    public async Task DisposeAsync()
    {
        await _harness.Stop();
        await _store.DisposeAsync();
    }

    [Fact]
    public async Task A_login_that_MassTransit_sends_is_a_row_under_its_message_id()
    {
        var id = NewId.NextGuid();

        await _queue.Send(ProducersLogin.Example, send => send.MessageId = id);

        await EndedAsync(1);
        Assert.Equal(id, await _store.ScalarAsync("SELECT message_id FROM user_logins WHERE device_type = 'ios'"));
    }

    [Theory]
    [InlineData("application/vnd.masstransit+json")]
    [InlineData("application/json")]
    public async Task An_envelopes_own_id_and_time_do_not_count_so_that_two_messages_stay_two_rows(string contentType)
    {
        for (var message = 0; message < 2; message++)
        {
            await _queue.SendRawAsync(Envelope(ProducersLogin.RawExample), send => send.ContentType = new(contentType));
        }

        await EndedAsync(2);
        Assert.Equal(2, await _store.CountAsync());
        Assert.Equal(0L, await _store.ScalarAsync(
            $"SELECT count(*) FROM user_logins WHERE message_id = '{Id}' OR create_date <> '2026-01-01'"));
    }

    [Theory]
    [InlineData("""{"userId":"canary-7d1f"}""", "user_id: is missing; app_version: is missing")]
    [InlineData("[1]", "user_id: is missing; app_version: is missing")]
    [InlineData("""{"user_id":7,"app_version":"1","device_type":null,"ip":null,"device_id":null}""", "user_id: is not")]
    public async Task What_is_no_login_in_an_envelope_faults_with_its_reasons(string message, string reasons)
    {
        await _queue.SendRawAsync(Envelope(message));

        var fault = Assert.IsType<InvalidLoginException>(await _receives.Fault);
        Assert.StartsWith(reasons, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("7d1f", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_raw_login_with_keys_of_an_envelope_is_read_as_it_is()
    {
        await _queue.SendRawAsync(
            """{"messageType":["x"],"message":{"user_id":"inner","app_version":"1"},"""
            + ProducersLogin.RawExample[1..]);

        await EndedAsync(1);
        Assert.Equal(
            _store.Provider.GetRequiredService<IPiiMasker>().Mask(PiiField.UserId, new PersonalText("u")),
            await _store.ScalarAsync("SELECT user_id FROM user_logins"));
    }

    private static string Envelope(string message) =>
        $$$"""
        {"messageId":"{{{Id}}}","conversationId":"{{{Id}}}","sentTime":"2020-02-02T02:02:02Z","headers":{"a":{"b":[1]}},
        "messageType":["urn:message:Estate:Login"],"message":{{{message}}},"host":{"machineName":"producer"},
        "faultAddress":"loopback://localhost/faults","responseAddress":"loopback://localhost/responses"}
        """;

    /// <summary>A fault ends the wait, so that it is the test's failure.</summary>
    private async Task EndedAsync(int count)
    {
        var consumed = _receives.WaitForConsumedAsync(count);
        if (await Task.WhenAny(consumed, _receives.Fault) != consumed)
        {
            throw await _receives.Fault;
        }
    }
}
