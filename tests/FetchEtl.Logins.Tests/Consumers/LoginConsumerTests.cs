using System.Diagnostics;
using MassTransit;
using MassTransit.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace FetchEtl.Logins.Tests;

public sealed class LoginConsumerTests : IAsyncLifetime
{
    private const string UserId = "canary-user-7d1f";
    private const string Ip = "198.51.100.77";
    private const string DeviceId = "canary-device-7d1f";

    private const string Valid =
        $$"""{"user_id":"{{UserId}}","app_version":"2.3.0","device_type":"ios","ip":"{{Ip}}","locale":null,"""
        + $$""" "device_id":"{{DeviceId}}","extra":[{"a":1}] }""";

    private readonly ReceiveSignals _receives = new();
    private LoginStore _store = null!;
    private ITestHarness _harness = null!;
    private ISendEndpoint _queue = null!;

    public async Task InitializeAsync()
    {
        _store = await LoginStore.CreateAsync();
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
    public async Task A_login_becomes_a_masked_row()
    {
        var id = NewId.NextGuid();

        await _queue.SendRawAsync(Valid, context => context.MessageId = id);

        await _receives.WaitForConsumedAsync(1);
        await using var context = _store.Context();
        var row = Assert.Single(context.UserLogins);
        var masker = _store.Provider.GetRequiredService<IPiiMasker>();
        Assert.Equivalent(
            new UserLogin
            {
                UserId = masker.Mask(PiiField.UserId, new PersonalText(UserId)),
                DeviceType = "ios",
                MaskedIp = masker.Mask(PiiField.Ip, new PersonalText(Ip)),
                MaskedDeviceId = masker.Mask(PiiField.DeviceId, new PersonalText(DeviceId)),
                AppVersion = 2_003_000,
                CreateDate = new DateOnly(2026, 1, 1),
                MessageId = new MessageIdKey(_store.Masking).Of(id),
            },
            row,
            strict: true);
    }

    [Fact]
    public async Task The_date_is_the_UTC_day_on_which_the_transport_accepted_the_message()
    {
        var sent = new DateTime(2025, 12, 24, 23, 59, 59, DateTimeKind.Utc);

        await _queue.SendRawAsync(Valid, context => context.Headers.Set(MessageHeaders.TransportSentTime, sent));

        await _receives.WaitForConsumedAsync(1);
        Assert.Equal(new DateOnly(2025, 12, 24), await _store.ScalarAsync("SELECT create_date FROM user_logins"));
    }

    [Fact]
    public async Task A_sent_time_more_than_a_day_ahead_counts_as_not_reported()
    {
        await SendAsync(new DateTime(2026, 1, 2, 0, 0, 0, DateTimeKind.Utc));
        await SendAsync(new DateTime(2026, 1, 2, 0, 0, 1, DateTimeKind.Utc));
        await SendAsync(new DateTime(3000, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        await _receives.WaitForConsumedAsync(3);
        Assert.Equal(
            "2026-01-01,2026-01-01,2026-01-02",
            await _store.ScalarAsync(
                "SELECT string_agg(create_date::text, ',' ORDER BY create_date) FROM user_logins"));

        Task SendAsync(DateTime sent) => _queue.SendRawAsync(
            Valid, context => context.Headers.Set(MessageHeaders.TransportSentTime, sent));
    }

    [Fact]
    public async Task A_time_in_seconds_that_MassTransit_read_as_milliseconds_gives_the_right_date()
    {
        var seconds = new DateTimeOffset(2025, 12, 24, 23, 59, 59, TimeSpan.Zero).ToUnixTimeSeconds();

        await _queue.SendRawAsync(Valid, context => context.Headers.Set(
            MessageHeaders.TransportSentTime, DateTime.UnixEpoch.AddMilliseconds(seconds)));

        await _receives.WaitForConsumedAsync(1);
        Assert.Equal(new DateOnly(2025, 12, 24), await _store.ScalarAsync("SELECT create_date FROM user_logins"));
    }

    [Fact]
    public async Task A_message_delivered_twice_is_one_row()
    {
        var id = NewId.NextGuid();

        await _queue.SendRawAsync(Valid, context => context.MessageId = id);
        await _queue.SendRawAsync(Valid, context => context.MessageId = id);

        await _receives.WaitForConsumedAsync(2);
        Assert.Equal(1, await _store.CountAsync());
    }

    [Fact]
    public async Task The_consumer_span_ends_with_the_commit_of_the_row()
    {
        var ended = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var root = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "MassTransit",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (activity.TraceId == root.TraceId
                    && activity.GetTagItem("messaging.masstransit.consumer_type") is string consumer)
                {
                    ended.TrySetResult(consumer);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        await using var table = await _store.LockTableAsync();

        await _queue.SendRawAsync(Valid);
        await table.WaitForBlockedAsync(1);
        var endedBefore = ended.Task.IsCompleted;
        await table.ReleaseAsync();

        Assert.EndsWith(nameof(LoginConsumer), await ended.Task, StringComparison.Ordinal);
        Assert.False(endedBefore);
    }

    [Fact]
    public void AddConsumer_keeps_the_one_consumer_of_the_library()
    {
        using var one = _store.Provider.CreateScope();
        using var other = _store.Provider.CreateScope();

        Assert.Same(
            one.ServiceProvider.GetRequiredService<LoginConsumer>(),
            other.ServiceProvider.GetRequiredService<LoginConsumer>());
    }

    [Fact]
    public async Task Messages_with_an_empty_id_are_rows_of_their_own()
    {
        await _queue.SendRawAsync(Valid, context => context.MessageId = Guid.Empty);
        await _queue.SendRawAsync(Valid, context => context.MessageId = Guid.Empty);

        await _receives.WaitForConsumedAsync(2);
        Assert.Equal(2, await _store.CountAsync());
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/vnd.masstransit+json")]
    [InlineData("application/octet-stream")]
    public async Task A_producers_content_type_does_not_matter(string contentType)
    {
        await _queue.SendRawAsync(Valid, context => context.ContentType = new(contentType));

        await _receives.WaitForConsumedAsync(1);
        Assert.Equal(1, await _store.CountAsync());
    }

    [Theory]
    [InlineData(
        """{"foo":"bar"}""",
        "user_id: is missing; app_version: is missing; device_type: is missing; ip: is missing; device_id: is missing")]
    [InlineData("null", "body: is not a JSON object")]
    [InlineData("[1]", "body: is not a JSON object")]
    [InlineData("", "body: is not JSON, or nested deeper than 64 levels")]
    [InlineData("canary-user-7d1f", "body: is not JSON, or nested deeper than 64 levels")]
    [InlineData("""{"user_id":"canary-user-7d1f",""", "body: is not JSON, or nested deeper than 64 levels")]
    public async Task An_invalid_message_faults_permanently_with_every_reason(string body, string reasons)
    {
        await _queue.SendRawAsync(body);

        var fault = Assert.IsType<InvalidLoginException>(await _receives.Fault);
        Assert.Equal(reasons, fault.Message);
        Assert.Null(fault.InnerException);
        Assert.Equal(0, await _store.CountAsync());
    }

    [Fact]
    public async Task Deep_nesting_faults_without_a_crash()
    {
        await _queue.SendRawAsync($$"""{"extra":{{new string('[', 1000)}}{{new string(']', 1000)}}}""");

        Assert.IsType<InvalidLoginException>(await _receives.Fault);
    }

    [Fact]
    public async Task A_serialized_LoginMessage_faults_with_the_hint_to_send_raw_JSON()
    {
        var personal = new PersonalText("canary-user-7d1f");
        await _queue.Send(
            new LoginMessage
            {
                UserId = personal,
                AppVersion = "1",
                Ip = personal,
                DeviceId = personal,
            },
            context => context.Serializer = new MassTransit.Serialization.SystemTextJsonRawMessageSerializer());

        var fault = Assert.IsType<InvalidLoginException>(await _receives.Fault);
        Assert.Equal(["user_id", "ip", "device_id"], fault.Fields.Select(field => field.Name));
        Assert.Contains("send the raw JSON", fault.Message, StringComparison.Ordinal);
    }
}
