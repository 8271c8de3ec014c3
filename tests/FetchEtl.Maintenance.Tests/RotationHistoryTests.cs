using System.Security.Cryptography;
using System.Text;
using FetchEtl.Logins;
using FetchEtl.Masking;
using FetchEtl.Testing;
using Microsoft.EntityFrameworkCore;

namespace FetchEtl.Maintenance.Tests;

/// <summary>
/// Random histories over one table: processes with rings of any length write, in any order; rotations run, to the end
/// or cut off; with a former method, a table of its masks is adopted at some time.
/// </summary>
public sealed class RotationHistoryTests
{
    private const int Histories = 20;
    private const int Generations = 5;

    /// <summary>Some are one address written in two ways, all occur in all fields.</summary>
    private static readonly string?[] Values =
    [
        null, "", "192.0.2.1", "::ffff:192.0.2.1", "::FFFF:c000:201", "192.0.2.2", "2001:db8::1", "2001:DB8:0::0001",
        "192.0.2.01",
        "000-00-0001", "000-00-0002", "ü", "u", "2:0:0:0:0:0:0:1", new('7', 300),
    ];

    /// <summary>The addresses of <see cref="Values"/> that are written in a second way.</summary>
    private static readonly Dictionary<string, string> SameAddress = new()
    {
        ["::ffff:192.0.2.1"] = "192.0.2.1",
        ["::FFFF:c000:201"] = "192.0.2.1",
        ["2001:DB8:0::0001"] = "2001:db8::1",
    };

    [Fact]
    public async Task After_any_history_of_writes_and_rotations_masks_are_equal_exactly_where_values_are()
    {
        await using var store = await MaintenanceStore.CreateAsync();
        using var files = new VaultKeyFiles();
        using var key = RevealingKey.Read(files.Private, passphrase: null);
        for (var seed = 1; seed <= Histories; seed++)
        {
            await store.ExecuteAsync("TRUNCATE user_logins, pii_vault, masking_generations");
            var history = new History(store, files, key, seed);
            try
            {
                await history.RunAsync();
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"History {seed} ({history}) fails.", failure);
            }
        }
    }

    private sealed class History
    {
        private readonly MaintenanceStore _store;
        private readonly VaultKeyFiles _files;
        private readonly RevealingKey _key;
        private readonly Random _random;
        private readonly string[] _keys;
        private readonly MaskingMethod? _former;
        private readonly Dictionary<Guid, string?[]> _written = [];
        private readonly StringBuilder _steps = new();

        /// <summary>The longest ring that a rotation or a row has used: shorter ones can't rotate any more.</summary>
        private int _newest = 1;

        public History(MaintenanceStore store, VaultKeyFiles files, RevealingKey key, int seed)
        {
            _store = store;
            _files = files;
            _key = key;
            _random = new Random(seed);
            _keys = [.. Enumerable.Range(0, Generations).Select(_ => Convert.ToBase64String(Bytes(32)))];
            _former = _random.Next(3) == 0 ? MaskingMethod.Sha256 : null;
        }

        public async Task RunAsync()
        {
            for (var step = _random.Next(4, 12); step > 0; step--)
            {
                switch (_random.Next(_former is null ? 5 : 6))
                {
                    case 0 or 1 or 2:
                        await WriteAsync(_random.Next(1, Generations + 1));
                        break;
                    case 3:
                        await RotateAsync(_random.Next(_newest, Generations + 1), cutOffAfter: null);
                        break;
                    case 4:
                        await RotateAsync(_random.Next(_newest, Generations + 1), _random.Next(6));
                        break;
                    default:
                        await AdoptAsync();
                        break;
                }
            }

            await RotateAsync(Generations, cutOffAfter: null);
            await AssertEqualMasksExactlyForEqualValuesAsync();
            await AssertVaultFollowedAsync();
        }

        public override string ToString() => _steps.ToString();

        private MaskingOptions Ring(int generations)
        {
            var options = MaintenanceStore.Masking(_keys[..generations]);
            options.Former = _former;
            return options;
        }

        private async Task WriteAsync(int generations)
        {
            _steps.Append($" write:{generations}");
            _newest = Math.Max(_newest, generations);
            var masker = new KeyedPiiMasker(Ring(generations));
            var sealing = Ring(generations);
            sealing.Vault.PublicKeyFile = _files.Public;
            await InsertAsync(
                (field, value) => value is null ? null : masker.Mask(field, new PersonalText(value)),
                PiiVault.Of(sealing));
        }

        private async Task RotateAsync(int generations, int? cutOffAfter)
        {
            _steps.Append($" rekey:{generations}/{cutOffAfter}");
            _newest = generations;
            using var cut = new CancellationTokenSource();
            var reports = 0;
            try
            {
                var summary = await _store.RekeyAsync(
                    Ring(generations),
                    progress: _ => CutOff(reports++ == cutOffAfter, cut),
                    cancellationToken: cut.Token);
                Assert.All(summary.Values, column =>
                    Assert.Equal((column.Before, column.Before), (column.Kept, column.After)));
            }
            catch (OperationCanceledException) when (cutOffAfter is not null)
            {
                // As it was meant.
            }
        }

        private static void CutOff(bool now, CancellationTokenSource cut)
        {
            if (now)
            {
                cut.Cancel();
            }
        }

        private async Task AdoptAsync()
        {
            _steps.Append(" adopt");
            await InsertAsync((_, value) => string.IsNullOrEmpty(value) ? value : Hash(value), vault: null);
            var summary = await _store.AdoptAsync(Ring(_newest), "user_logins", MaintenanceStore.AllColumns);
            Assert.Empty(summary.Left);
        }

        private string Hash(string value)
        {
            var hash = SHA256.HashData(Encoding.UTF8.GetBytes(value));
            return _random.Next(2) == 0 ? Convert.ToHexString(hash) : Convert.ToHexStringLower(hash);
        }

        private async Task InsertAsync(Func<PiiField, string?, string?> mask, PiiVault? vault)
        {
            await using var session = _store.Session();
            var rows = new List<UserLogin>();
            var entries = new List<VaultValue>();
            for (var count = _random.Next(1, 120); count > 0; count--)
            {
                var values = PiiFields.All.Select(_ => Values[_random.Next(Values.Length)]).ToArray();
                var masks = PiiFields.All.Select(field => mask(field, values[(int)field])).ToArray();
                var row = new UserLogin
                {
                    MessageId = new Guid(Bytes(16)), MaskedIp = masks[0], MaskedDeviceId = masks[1], UserId = masks[2],
                };
                rows.Add(row);
                _written.Add(row.MessageId.Value, values);
                entries.AddRange(PiiFields.All.Where(field => masks[(int)field] is not null).Select(field =>
                    new VaultValue(field, masks[(int)field]!, new PersonalText(values[(int)field]!))));
            }

            await using var transaction = await session.BeginTransactionAsync();
            await session.InsertAsync(rows);
            if (vault is not null)
            {
                await vault.SealAsync(session, entries, CancellationToken.None);
            }

            await transaction.CommitAsync();
        }

        /// <summary>The text that all equal values of a field have in common.</summary>
        private string Identity(PiiField field, string value) =>
            _former is null && field == PiiField.Ip ? SameAddress.GetValueOrDefault(value, value) : value;

        private async Task AssertEqualMasksExactlyForEqualValuesAsync()
        {
            var rows = await _store.QueryAsync(
                "SELECT message_id, masked_ip, masked_device_id, user_id FROM user_logins",
                static reader => (
                    Id: reader.GetGuid(0),
                    Masks: new[] { 1, 2, 3 }.Select(i => reader.IsDBNull(i) ? null : reader.GetString(i)).ToArray()));
            Assert.Equal(_written.Keys.Order(), rows.Select(row => row.Id).Order());

            var pairs = rows
                .SelectMany(row => PiiFields.All.Select(field =>
                    (Field: field, Value: _written[row.Id][(int)field], Mask: row.Masks[(int)field])))
                .ToList();
            Assert.All(pairs, pair => Assert.Equal(string.IsNullOrEmpty(pair.Value), pair.Mask is null));
            var masked = pairs.Where(pair => pair.Mask is not null)
                .Select(pair => ($"{pair.Field} {Identity(pair.Field, pair.Value!)}", pair.Mask!)).Distinct().ToList();
            Assert.All(masked, pair => Assert.StartsWith($"{Generations}:", pair.Item2, StringComparison.Ordinal));
            Assert.Equal(masked.Count, masked.Select(pair => pair.Item1).Distinct().Count());
            Assert.Equal(masked.Count, masked.Select(pair => pair.Item2).Distinct().Count());
        }

        /// <summary>
        /// An entry for each value that a writer with a vault had, under the mask that the newest ring makes of it. It
        /// opens without the masking keys.
        /// </summary>
        private async Task AssertVaultFollowedAsync()
        {
            var masker = new KeyedPiiMasker(Ring(Generations));
            var pem = _files.Write("verifier.pem", masker.VaultSigner.Verifier.ToPem());
            await using var session = _store.Session();
            await using var context = _store.Context();
            var access = new VaultAccess(session, masker: null) { Verifier = VaultVerifier.Read(pem) };
            var identities = new HashSet<(string Field, string Value)>();
            foreach (var entry in await context.SealedValues.AsNoTracking().ToListAsync())
            {
                Assert.True(PiiFields.TryParse(entry.Field, out var field));
                var value = access.Open(entry, _key);
                Assert.Equal(masker.Mask(field, value), entry.Mask);
                Assert.True(identities.Add((entry.Field, Identity(field, value.Reveal()))));
            }
        }

        private byte[] Bytes(int count)
        {
            var bytes = new byte[count];
            _random.NextBytes(bytes);
            return bytes;
        }
    }
}
