using System.Buffers.Binary;
using System.Numerics;

namespace LlmStack.Langfuse.Spooling;

/// <summary>CRC-32C, which processors compute by themselves.</summary>
internal static class SpoolChecksum
{
    /// <param name="data">What is checked.</param>
    /// <param name="seed">The checksum of what stands before it; 0 for nothing.</param>
    public static uint Of(ReadOnlySpan<byte> data, uint seed = 0)
    {
        uint crc = ~seed;
        while (data.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(data));
            data = data[sizeof(ulong)..];
        }

        foreach (byte one in data)
        {
            crc = BitOperations.Crc32C(crc, one);
        }

        return ~crc;
    }
}
