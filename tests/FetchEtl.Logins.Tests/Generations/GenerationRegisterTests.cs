using FetchEtl.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FetchEtl.Logins.Tests;

/// <summary>
/// A role that may write to <c>masking_generations</c>, but has no key, can neither stop the service nor let wrong keys
/// pass.
/// </summary>
public sealed class GenerationRegisterTests : IAsyncLifetime
{
    private LoginStore _store = null!;

    public async Task InitializeAsync() => _store = await LoginStore.CreateAsync();

    public async Task DisposeAsync() => await _store.DisposeAsync();

    [Theory]
    [InlineData("(2147483647, NULL)", 2147483647)]
    [InlineData("(9999, NULL)", 9999)]
    [InlineData("(2, '0123456789abcdef')", 2)]
    [InlineData("(2, '0123456789abcdef', now(), repeat('a', 64))", 2)]
    public async Task A_row_that_nobody_with_the_keys_wrote_stops_no_start_and_is_named_with_its_remedy(
        string row, int generation)
    {
        await _store.ScalarAsync($"INSERT INTO masking_generations VALUES {row}");

        await StartAsync(TestKeys.First);
        await _store.Writer.WriteAsync(LoginStore.Login());

        Assert.True(_store.Logs.CountOf(2051) > 0);
        Assert.Contains(
            _store.Logs.Texts,
            text => text.Contains($"row of generation {generation} in", StringComparison.Ordinal)
                && text.Contains("Remedy:", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("key_check = NULL")]
    [InlineData("key_check = '0123456789abcdef'")]
    [InlineData("mac = NULL")]
    [InlineData("mac = repeat('a', 64)")]
    public async Task A_changed_row_lets_no_wrong_key_in_and_does_not_stop_the_right_one(string change)
    {
        await StartAsync(TestKeys.First);
        await _store.ScalarAsync($"UPDATE masking_generations SET {change}");

        Assert.StartsWith("Masking:Keys:0 (or", await RefusalAsync(TestKeys.Second), StringComparison.Ordinal);
        await StartAsync(TestKeys.First);
        await _store.Writer.WriteAsync(LoginStore.Login());
        Assert.Equal(1, await _store.CountAsync());
    }

    [Fact]
    public async Task A_row_without_check_and_MAC_lets_no_key_in_until_an_operator_registers_it()
    {
        await StartAsync(TestKeys.First);
        await _store.ScalarAsync("UPDATE masking_generations SET key_check = NULL, mac = NULL");

        Assert.Contains("run 'fetch-etl keys register'", await RefusalAsync(TestKeys.Second), StringComparison.Ordinal);
        Assert.Contains("run 'fetch-etl keys register'", await RefusalAsync(TestKeys.First), StringComparison.Ordinal);

        Assert.Equal([1], await RegisterAsync(TestKeys.First));
        Assert.Empty(await RegisterAsync(TestKeys.First));
        await StartAsync(TestKeys.First);
        Assert.StartsWith("Masking:Keys:0 (or", await RefusalAsync(TestKeys.Second), StringComparison.Ordinal);
        await Assert.ThrowsAsync<MaskingRefusedException>(() => RegisterAsync(TestKeys.Second));
    }

    [Fact]
    public async Task A_later_row_that_was_changed_is_told_from_a_wrong_key_and_registering_writes_it_again()
    {
        await StartAsync(TestKeys.First, TestKeys.Second);
        await _store.ScalarAsync(
            "UPDATE masking_generations SET key_check = '0123456789abcdef', mac = repeat('a', 64) " +
            "WHERE generation = 2");

        Assert.StartsWith(
            "The row of generation 2 in masking_generations was changed",
            await RefusalAsync(TestKeys.First, TestKeys.Second),
            StringComparison.Ordinal);
        Assert.Equal([2], await RegisterAsync(TestKeys.First, TestKeys.Second));
        await StartAsync(TestKeys.First, TestKeys.Second);
        Assert.StartsWith(
            "Masking:Keys:1 (or", await RefusalAsync(TestKeys.First, TestKeys.Third), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_from_before_the_MACs_gets_them_at_the_first_start_and_keeps_its_refusals()
    {
        await StartAsync(TestKeys.First, TestKeys.Second);
        await _store.ScalarAsync("UPDATE masking_generations SET mac = NULL");

        Assert.StartsWith(
            "Masking:Keys:1 (or", await RefusalAsync(TestKeys.First, TestKeys.Third), StringComparison.Ordinal);
        await StartAsync(TestKeys.First, TestKeys.Second);

        Assert.Equal(
            2L, await _store.ScalarAsync("SELECT count(*) FROM masking_generations WHERE length(mac) = 64"));
        Assert.StartsWith(
            "user_logins holds masks of generation 2", await RefusalAsync(TestKeys.First), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_service_needs_only_SELECT_once_its_generation_is_registered()
    {
        var role = await _store.UseRoleAsync();
        await _store.ScalarAsync($"REVOKE INSERT, UPDATE ON masking_generations FROM {role}");

        Assert.Contains("run 'fetch-etl keys register'", await RefusalAsync(TestKeys.First), StringComparison.Ordinal);
        await _store.ScalarAsync($"GRANT INSERT, UPDATE ON masking_generations TO {role}");
        Assert.Equal([1], await RegisterAsync(TestKeys.First));
        await _store.ScalarAsync($"REVOKE INSERT, UPDATE ON masking_generations FROM {role}");

        await StartAsync(TestKeys.First);
        await _store.Writer.WriteAsync(LoginStore.Login());
        Assert.Equal(1, await _store.CountAsync());
    }

    private static MaskingOptions Masking(string[] keys)
    {
        var options = new MaskingOptions();
        Array.ForEach(keys, options.Keys.Add);
        return options;
    }

    private async Task StartAsync(params string[] keys)
    {
        await using var provider = _store.Beside(Masking(keys));
        await provider.GetServices<IHostedService>().OfType<StoredMasksVerificationService>().Single()
            .StartingAsync(CancellationToken.None);
    }

    private async Task<string> RefusalAsync(params string[] keys) =>
        (await Assert.ThrowsAsync<MaskingRefusedException>(() => StartAsync(keys))).Message;

    private async Task<IReadOnlyList<int>> RegisterAsync(params string[] keys)
    {
        await using var provider = _store.Beside(Masking(keys));
        await using var session = _store.Session();
        return (await provider.GetRequiredService<StoredMasksVerifier>()
            .RegisterAsync(session, CancellationToken.None)).Generations;
    }
}
