using System.Security.Cryptography;
using System.Text;

namespace LlmStack.Langfuse.Spooling;

/// <summary>Whose records a segment holds: the project, by its public key, at one server. Nobody else may send them.</summary>
internal readonly record struct SpoolIdentity(UInt128 Value)
{
    public static SpoolIdentity Of(string publicKey, Uri server)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{publicKey.Trim()}\n{server.AbsoluteUri}"));
        return new SpoolIdentity(System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash));
    }

    /// <summary>The name of its folder.</summary>
    public override string ToString() => Value.ToString("x32", System.Globalization.CultureInfo.InvariantCulture);
}
