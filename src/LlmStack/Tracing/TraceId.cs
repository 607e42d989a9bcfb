using System.Buffers.Binary;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace LlmStack.Tracing;

/// <summary>A W3C trace id: 16 bytes, 32 lower-case hex digits, never all zero.</summary>
/// <param name="High">The first 8 bytes.</param>
/// <param name="Low">The last 8 bytes.</param>
public readonly record struct TraceId(ulong High, ulong Low)
{
    /// <summary>Whether all bytes are zero, which W3C forbids.</summary>
    public bool IsEmpty => (High | Low) == 0;

    /// <summary>The id that a seed stands for, always the same: the first 16 bytes of its SHA-256, as Langfuse's own SDKs derive it.</summary>
    /// <param name="seed">For instance the id of an order or a job; not empty.</param>
    /// <exception cref="ArgumentException"><paramref name="seed"/> is empty.</exception>
    public static TraceId FromSeed(string seed)
    {
        ArgumentException.ThrowIfNullOrEmpty(seed);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(seed), hash);
        return new TraceId(BinaryPrimitives.ReadUInt64BigEndian(hash), BinaryPrimitives.ReadUInt64BigEndian(hash[8..]));
    }

    /// <summary>Takes the id of an <see cref="Activity"/>'s trace.</summary>
    /// <param name="id">The id.</param>
    public static TraceId From(ActivityTraceId id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.CopyTo(bytes);
        return new TraceId(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));
    }

    /// <summary>Reads 32 hex digits.</summary>
    /// <param name="text">The text.</param>
    /// <param name="id">The id.</param>
    /// <returns>False when the text is no valid id.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out TraceId id)
    {
        id = default;
        if (text is not { Length: 32 }
            || !ulong.TryParse(text.AsSpan(0, 16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong high)
            || !ulong.TryParse(text.AsSpan(16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong low))
        {
            return false;
        }

        id = new TraceId(high, low);
        return !id.IsEmpty;
    }

    /// <summary>The same id in System.Diagnostics' type.</summary>
    public ActivityTraceId ToActivityTraceId()
    {
        Span<byte> bytes = stackalloc byte[16];
        CopyTo(bytes);
        return ActivityTraceId.CreateFromBytes(bytes);
    }

    /// <summary>32 lower-case hex digits.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{High:x16}{Low:x16}");

    internal void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, High);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], Low);
    }
}
