using System.Buffers.Binary;
using System.Text;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>The fields of a protobuf message, without its schema.</summary>
internal sealed class ProtoMessage
{
    private readonly List<(int Field, ulong Number, ReadOnlyMemory<byte> Bytes)> _fields = [];

    public ProtoMessage(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var key = ReadVarint(ref bytes);
            var (number, content) = (0UL, ReadOnlyMemory<byte>.Empty);
            switch (key & 7)
            {
                case 0:
                    number = ReadVarint(ref bytes);
                    break;
                case 1:
                    number = BinaryPrimitives.ReadUInt64LittleEndian(bytes.Span);
                    bytes = bytes[8..];
                    break;
                case 2:
                    var length = (int)ReadVarint(ref bytes);
                    (content, bytes) = (bytes[..length], bytes[length..]);
                    break;
                case 5:
                    number = BinaryPrimitives.ReadUInt32LittleEndian(bytes.Span);
                    bytes = bytes[4..];
                    break;
                default:
                    throw new InvalidDataException("This is no protobuf.");
            }

            _fields.Add(((int)(key >> 3), number, content));
        }
    }

    public bool Has(int field) => _fields.Exists(x => x.Field == field);

    public IEnumerable<ProtoMessage> All(int field) =>
        _fields.Where(x => x.Field == field).Select(x => new ProtoMessage(x.Bytes));

    public IEnumerable<ProtoMessage> All(int field, int inner) => All(field).SelectMany(x => x.All(inner));

    public ProtoMessage One(int field) => All(field).Single();

    public string Text(int field) => Encoding.UTF8.GetString(Bytes(field).Span);

    public string Hex(int field) => Convert.ToHexStringLower(Bytes(field).Span);

    public long Number(int field) => (long)_fields.Find(x => x.Field == field).Number;

    private ReadOnlyMemory<byte> Bytes(int field) => _fields.Find(x => x.Field == field).Bytes;

    private static ulong ReadVarint(ref ReadOnlyMemory<byte> bytes)
    {
        var (value, shift, i) = (0UL, 0, 0);
        for (; bytes.Span[i] >= 0x80; i++, shift += 7)
        {
            value |= (ulong)(bytes.Span[i] & 0x7F) << shift;
        }

        value |= (ulong)bytes.Span[i] << shift;
        bytes = bytes[(i + 1)..];
        return value;
    }
}
