using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace LlmStack.Tracing.Media;

/// <summary>A file that was taken out of a span's input or output; a reference stands in its place.</summary>
/// <param name="Field">Where it stood.</param>
/// <param name="ContentType">Its MIME type, lower case, without parameters.</param>
/// <param name="Sha256">The hash of its bytes.</param>
/// <param name="Bytes">The bytes.</param>
internal sealed record MediaItem(MediaField Field, string ContentType, byte[] Sha256, byte[] Bytes)
{
    private const int IdLength = 22;

    /// <summary>Follows from the bytes alone, so that the reference can be written before anything is uploaded.</summary>
    public string Id { get; } = Base64Url.EncodeToString(Sha256)[..IdLength];

    public static MediaItem Of(MediaField field, string contentType, byte[] bytes) => new(field, contentType, SHA256.HashData(bytes), bytes);

    /// <summary>Writes the reference as a JSON string.</summary>
    public void WriteReference(ContentBuffer json, bool wasDataUri)
    {
        json.Write("\"@@@langfuseMedia:type="u8);
        json.Write(Encoding.ASCII.GetBytes(ContentType));
        json.Write("|id="u8);
        json.Write(Encoding.ASCII.GetBytes(Id));
        json.Write(wasDataUri ? "|source=base64_data_uri@@@\""u8 : "|source=bytes@@@\""u8);
    }
}
