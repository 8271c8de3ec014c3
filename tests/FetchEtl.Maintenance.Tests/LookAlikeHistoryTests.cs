using System.Text;
using FetchEtl.Logins;
using FetchEtl.Masking;

namespace FetchEtl.Maintenance.Tests;

/// <summary>
/// Random histories over one table whose fields change their method: processes of any generation write, in any order,
/// each by the method of its generation; rotations run, to the end or cut off.
/// </summary>
public sealed class LookAlikeHistoryTests
{
    private const int Histories = 12;
    private const int Generations = 4;

    private static readonly string?[] Addresses =
    [
        null, "", "192.0.2.1", "::ffff:192.0.2.1", "::FFFF:c000:201", "192.0.2.2", "198.51.100.7", "2001:db8::1",
        "2001:DB8:0::0001", "::1",
    ];

    private static readonly string?[] Devices =
        [null, "", "000-00-0001", "000000001", "000-00-0002", "123456", "123456 ", new('7', 128)];

    /// <summary>The addresses that are written in a second way.</summary>
    private static readonly Dictionary<string, string> SameAddress = new()
    {
        ["::ffff:192.0.2.1"] = "192.0.2.1",
        ["::FFFF:c000:201"] = "192.0.2.1",
        ["2001:DB8:0::0001"] = "2001:db8::1",
    };

    [Fact]
    public async Task After_any_history_of_rotations_and_changes_of_method_masks_are_equal_exactly_where_values_are()
    {
        await using var store = await MaintenanceStore.CreateAsync();
        for (var seed = 1; seed <= Histories; seed++)
        {
            await store.ExecuteAsync("TRUNCATE user_logins, pii_vault, masking_generations");
            var history = new History(store, seed);
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
        private readonly Random _random;
        private readonly string[] _keys;
        private readonly MaskingMethod[] _ip;
        private readonly MaskingMethod[] _device;
        private readonly Dictionary<Guid, (string? Ip, string? Device)> _written = [];
        private readonly StringBuilder _steps = new();
        private int _newest = 1;
        private int _started;

        public History(MaintenanceStore store, int seed)
        {
            _store = store;
            _random = new Random(seed);
            _keys = [.. Enumerable.Range(0, Generations).Select(_ => Convert.ToBase64String(Bytes(32)))];
            _ip = Methods(MaskingMethod.IpCrypt, MaskingMethod.IpCryptPfx, MaskingMethod.Hmac);
            _device = Methods(MaskingMethod.Ff1, MaskingMethod.Ff1, MaskingMethod.Hmac);
            _steps.Append($"{string.Join(',', _ip)} {string.Join(',', _device)}");
        }

        public async Task RunAsync()
        {
            for (var step = _random.Next(4, 10); step > 0; step--)
            {
                switch (_random.Next(5))
                {
                    case 0 or 1 or 2:
                        await WriteAsync(_random.Next(1, Generations + 1));
                        break;
                    case 3:
                        await RotateAsync(_random.Next(_newest, Generations + 1), cutOffAfter: null);
                        break;
                    default:
                        await RotateAsync(_random.Next(_newest, Generations + 1), _random.Next(4));
                        break;
                }
            }

            await RotateAsync(Generations, cutOffAfter: null);
            await AssertEqualMasksExactlyForEqualValuesAsync();
        }

        public override string ToString() => _steps.ToString();

        /// <summary>One method a generation. Nothing follows Hmac but Hmac.</summary>
        private MaskingMethod[] Methods(params MaskingMethod[] all)
        {
            var methods = new List<MaskingMethod> { all[_random.Next(all.Length)] };
            while (methods.Count < Generations)
            {
                methods.Add(methods[^1] == MaskingMethod.Hmac ? MaskingMethod.Hmac : all[_random.Next(all.Length)]);
            }

            return [.. methods];
        }

        private MaskingMethod MethodOf(PiiField field, int generation) => field switch
        {
            PiiField.Ip => _ip[generation - 1],
            PiiField.DeviceId => _device[generation - 1],
            _ => MaskingMethod.Hmac,
        };

        private MaskingOptions Ring(int generations)
        {
            var options = MaintenanceStore.Masking(_keys[..generations]);
            options.Methods["ip"] = MethodOf(PiiField.Ip, generations);
            options.Methods["device_id"] = MethodOf(PiiField.DeviceId, generations);
            return options;
        }

        /// <summary>The first process of each generation records its methods.</summary>
        private async Task StartAsync(int generations)
        {
            while (_started < generations)
            {
                await _store.VerifyAsync(Ring(++_started));
            }
        }

        private async Task WriteAsync(int generations)
        {
            _steps.Append($" write:{generations}");
            _newest = Math.Max(_newest, generations);
            await StartAsync(generations);
            var masker = new KeyedPiiMasker(Ring(generations));
            var rows = new List<UserLogin>();
            for (var count = _random.Next(1, 80); count > 0; count--)
            {
                var ip = Addresses[_random.Next(Addresses.Length)];
                var device = Devices[_random.Next(Devices.Length)];
                var masks = (Ip: Mask(PiiField.Ip, ip), Device: Mask(PiiField.DeviceId, device));
                var row = new UserLogin
                {
                    MessageId = new Guid(Bytes(16)),
                    MaskedIp = masks.Ip,
                    MaskedDeviceId = masks.Device,
                    UserId = Mask(PiiField.UserId, device),
                    MaskGeneration = IsLookAlike(PiiField.Ip, masks.Ip) || IsLookAlike(PiiField.DeviceId, masks.Device)
                        ? (short)generations
                        : null,
                };
                rows.Add(row);
                _written.Add(row.MessageId.Value, (ip, device));
            }

            await using var session = _store.Session();
            await session.InsertAsync(rows);

            string? Mask(PiiField field, string? value) =>
                masker.Mask(field, value is null ? null : new PersonalText(value));

            bool IsLookAlike(PiiField field, string? mask) =>
                mask is not null && MethodOf(field, generations).IsLookAlike();
        }

        private async Task RotateAsync(int generations, int? cutOffAfter)
        {
            _steps.Append($" rekey:{generations}/{cutOffAfter}");
            _newest = generations;
            await StartAsync(generations);
            using var cut = new CancellationTokenSource();
            var reports = 0;
            try
            {
                var summary = await _store.RekeyAsync(
                    Ring(generations),
                    progress: _ => CutOff(reports++ == cutOffAfter, cut),
                    cancellationToken: cut.Token);
                Assert.Empty(summary.Left);
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

        private async Task AssertEqualMasksExactlyForEqualValuesAsync()
        {
            var masker = new KeyedPiiMasker(Ring(Generations));
            var rows = await _store.QueryAsync(
                "SELECT message_id, masked_ip, masked_device_id, user_id, mask_generation FROM user_logins",
                static reader => (
                    Id: reader.GetGuid(0),
                    Masks: new[] { 1, 2, 3 }.Select(i => reader.IsDBNull(i) ? null : reader.GetString(i)).ToArray(),
                    Generation: reader.IsDBNull(4) ? null : (int?)reader.GetInt16(4)));
            Assert.Equal(_written.Keys.Order(), rows.Select(row => row.Id).Order());
            foreach (var (id, masks, generation) in rows)
            {
                var (ip, device) = _written[id];
                Assert.Equal(Masks(ip, device), masks);
                var hasLookAlike = (masks[0] is not null && MethodOf(PiiField.Ip, Generations).IsLookAlike())
                    || (masks[1] is not null && MethodOf(PiiField.DeviceId, Generations).IsLookAlike());
                Assert.Equal(hasLookAlike ? Generations : null, generation);
            }

            AssertOneMaskForEachValue(rows.Select(row => (
                SameAddress.GetValueOrDefault(_written[row.Id].Ip ?? string.Empty, _written[row.Id].Ip ?? string.Empty),
                row.Masks[0])));
            AssertOneMaskForEachValue(rows.Select(row => (_written[row.Id].Device ?? string.Empty, row.Masks[1])));

            string?[] Masks(string? ip, string? device) =>
            [
                masker.Mask(PiiField.Ip, Text(ip)), masker.Mask(PiiField.DeviceId, Text(device)),
                masker.Mask(PiiField.UserId, Text(device)),
            ];

            static PersonalText? Text(string? value) => value is null ? null : new PersonalText(value);
        }

        private static void AssertOneMaskForEachValue(IEnumerable<(string Value, string? Mask)> pairs)
        {
            var different = pairs.Where(pair => pair.Value.Length > 0).Distinct().ToList();
            Assert.Equal(different.Count, different.Select(pair => pair.Value).Distinct().Count());
            Assert.Equal(different.Count, different.Select(pair => pair.Mask).Distinct().Count());
        }

        private byte[] Bytes(int count)
        {
            var bytes = new byte[count];
            _random.NextBytes(bytes);
            return bytes;
        }
    }
}
