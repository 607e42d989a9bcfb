using System.Buffers.Binary;
using System.Text;

namespace LlmStack.Langfuse.Spooling;

/// <summary>
/// The first page of a segment. Little-endian: magic, version, form of the records, identity, creation time, nonce, number of slots, where the
/// data begins, length of the file, checksum. It stands there twice, because with it every record of the segment would be lost.
/// </summary>
/// <param name="Identity">Whose records these are.</param>
/// <param name="Form">What the records are, at most 16 ASCII characters, for instance <c>otlp</c>.</param>
/// <param name="CreatedAt">Unix milliseconds.</param>
/// <param name="Nonce">Goes into every checksum, so that bytes of another segment are never valid here.</param>
/// <param name="Slots">How many records there is room for.</param>
/// <param name="DataOffset">Where the first record begins.</param>
/// <param name="Length">The bytes of the whole file.</param>
internal readonly record struct SpoolHeader(SpoolIdentity Identity, string Form, long CreatedAt, uint Nonce, int Slots, int DataOffset, int Length)
{
    /// <summary>One page.</summary>
    public const int Size = 4096;
    public const int SlotSize = 24;

    /// <summary>Where the number of settled records stands, with its check; alone in its cache line.</summary>
    public const int PositionOffset = 2048;
    private const int CopyOffset = 1024;
    private const int CheckedLength = 76;
    private const int Version = 1;
    private const int FormLength = 16;

    /// <summary>A slot costs 24 bytes; short spans have some 300.</summary>
    private const int BytesPerSlot = 256;

    private static ReadOnlySpan<byte> Magic => "LLMSPOOL"u8;

    public static SpoolHeader Plan(SpoolIdentity identity, string form, long createdAt, uint nonce, int length)
    {
        int slots = Math.Max(1, (length - Size) / (BytesPerSlot + SlotSize));
        return new SpoolHeader(identity, form, createdAt, nonce, slots, Size + (slots * SlotSize), length);
    }

    public void Write(Span<byte> page)
    {
        Span<byte> header = page[..(CheckedLength + 4)];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], Version);
        header.Slice(12, FormLength).Clear();
        Encoding.ASCII.GetBytes(Form, header.Slice(12, FormLength));
        BinaryPrimitives.WriteUInt128LittleEndian(header[28..], Identity.Value);
        BinaryPrimitives.WriteInt64LittleEndian(header[44..], CreatedAt);
        BinaryPrimitives.WriteUInt32LittleEndian(header[52..], Nonce);
        BinaryPrimitives.WriteInt32LittleEndian(header[56..], Slots);
        BinaryPrimitives.WriteInt32LittleEndian(header[60..], DataOffset);
        BinaryPrimitives.WriteInt32LittleEndian(header[64..], Length);
        header[68..CheckedLength].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header[CheckedLength..], SpoolChecksum.Of(header[..CheckedLength]));
        header.CopyTo(page[CopyOffset..]);
    }

    /// <summary>Reads whichever of the two copies is whole; false when none is, or another version wrote it.</summary>
    public static bool TryRead(ReadOnlySpan<byte> page, out SpoolHeader header) =>
        TryReadCopy(page, out header) || (page.Length > CopyOffset && TryReadCopy(page[CopyOffset..], out header));

    private static bool TryReadCopy(ReadOnlySpan<byte> copy, out SpoolHeader header)
    {
        header = default;
        if (copy.Length < CheckedLength + 4
            || !copy.StartsWith(Magic)
            || BinaryPrimitives.ReadInt32LittleEndian(copy[8..]) != Version
            || BinaryPrimitives.ReadUInt32LittleEndian(copy[CheckedLength..]) != SpoolChecksum.Of(copy[..CheckedLength]))
        {
            return false;
        }

        header = new SpoolHeader(
            new SpoolIdentity(BinaryPrimitives.ReadUInt128LittleEndian(copy[28..])),
            Encoding.ASCII.GetString(copy.Slice(12, FormLength).TrimEnd((byte)0)),
            BinaryPrimitives.ReadInt64LittleEndian(copy[44..]),
            BinaryPrimitives.ReadUInt32LittleEndian(copy[52..]),
            BinaryPrimitives.ReadInt32LittleEndian(copy[56..]),
            BinaryPrimitives.ReadInt32LittleEndian(copy[60..]),
            BinaryPrimitives.ReadInt32LittleEndian(copy[64..]));

        // A writer with other ideas of the layout would have had another version; this only keeps arithmetic safe.
        return header.Slots > 0 && header.DataOffset == Size + ((long)header.Slots * SlotSize) && header.Length > header.DataOffset;
    }
}
