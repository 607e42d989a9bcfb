using System.Buffers.Binary;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace LlmStack.Tracing;

/// <summary>A W3C span id: 8 bytes, 16 lower-case hex digits, never all zero. Langfuse calls it the observation's id.</summary>
/// <param name="Value">The bytes, big-endian.</param>
public readonly record struct SpanId(ulong Value)
{
    /// <summary>Whether all bytes are zero, which W3C forbids.</summary>
    public bool IsEmpty => Value == 0;

    /// <summary>The id that a seed stands for, always the same: the first 8 bytes of its SHA-256, as Langfuse's own SDKs derive it.</summary>
    /// <param name="seed">The seed; not empty.</param>
    /// <exception cref="ArgumentException"><paramref name="seed"/> is empty.</exception>
    public static SpanId FromSeed(string seed)
    {
        ArgumentException.ThrowIfNullOrEmpty(seed);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(seed), hash);
        return new SpanId(BinaryPrimitives.ReadUInt64BigEndian(hash));
    }

    /// <summary>Takes the id of an <see cref="Activity"/>.</summary>
    /// <param name="id">The id.</param>
    public static SpanId From(ActivitySpanId id)
    {
        Span<byte> bytes = stackalloc byte[8];
        id.CopyTo(bytes);
        return new SpanId(BinaryPrimitives.ReadUInt64BigEndian(bytes));
    }

    /// <summary>Reads 16 hex digits.</summary>
    /// <param name="text">The text.</param>
    /// <param name="id">The id.</param>
    /// <returns>False when the text is no valid id.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out SpanId id)
    {
        id = default;
        if (text is not { Length: 16 } || !ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong value))
        {
            return false;
        }

        id = new SpanId(value);
        return value != 0;
    }

    /// <summary>The same id in System.Diagnostics' type.</summary>
    public ActivitySpanId ToActivitySpanId()
    {
        Span<byte> bytes = stackalloc byte[8];
        CopyTo(bytes);
        return ActivitySpanId.CreateFromBytes(bytes);
    }

    /// <summary>16 lower-case hex digits.</summary>
    public override string ToString() => Value.ToString("x16", CultureInfo.InvariantCulture);

    internal void CopyTo(Span<byte> destination) => BinaryPrimitives.WriteUInt64BigEndian(destination, Value);
}
