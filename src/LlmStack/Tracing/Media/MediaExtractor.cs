using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;

namespace LlmStack.Tracing.Media;

/// <summary>Takes files out of captured JSON and puts references in their places, before anything is masked or cut.</summary>
/// <param name="maxBytes">The largest file that is taken out; larger ones stay, and are cut with the rest.</param>
internal sealed class MediaExtractor(int maxBytes)
{
    /// <summary>How much JSON may be written before it is looked through: base64 is longer than what it stands for.</summary>
    public int MaxJsonBytes { get; } = (int)Math.Min(int.MaxValue, (maxBytes * 4L / 3) + (1024 * 1024));

    /// <summary>Writes <paramref name="json"/> with references in place of its files; false, with nothing written, when it has none.</summary>
    public bool TryExtract(ReadOnlySpan<byte> json, MediaField field, ContentBuffer target, ref List<MediaItem>? found)
    {
        if (!MediaMarks.MayHave(json))
        {
            return false;
        }

        int copied = 0;
        foreach (MediaMark mark in MediaMarks.Find(json))
        {
            if (Decode(json.Slice(mark.Start, mark.Length), mark) is not { } bytes)
            {
                continue;
            }

            var item = MediaItem.Of(field, mark.ContentType, bytes);
            (found ??= []).Add(item);
            target.Write(json[copied..mark.Start]);
            item.WriteReference(target, mark.IsDataUri);
            copied = mark.Start + mark.Length;
        }

        if (copied == 0)
        {
            return false;
        }

        target.Write(json[copied..]);
        return true;
    }

    private byte[]? Decode(ReadOnlySpan<byte> token, in MediaMark mark)
    {
        if (!mark.IsEscaped)
        {
            return Decode(token[(1 + mark.Skip)..^1]);
        }

        byte[] plain = ArrayPool<byte>.Shared.Rent(token.Length);
        try
        {
            var reader = new Utf8JsonReader(token);
            reader.Read();
            int length = reader.CopyString(plain);

            // The escapes may stand before the base64 too, so it is looked for again.
            int start = mark.IsDataUri ? plain.AsSpan(0, length).IndexOf(";base64,"u8) + 8 : 0;
            return Decode(plain.AsSpan(start, length - start));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(plain);
        }
    }

    private byte[]? Decode(ReadOnlySpan<byte> base64)
    {
        int longest = Base64.GetMaxDecodedFromUtf8Length(base64.Length);
        if (base64.IsEmpty || longest - 2 > maxBytes)
        {
            return null;
        }

        byte[] bytes = GC.AllocateUninitializedArray<byte>(longest);
        if (Base64.DecodeFromUtf8(base64, bytes, out _, out int written) != OperationStatus.Done || written == 0 || written > maxBytes)
        {
            return null;
        }

        return written == longest ? bytes : bytes[..written];
    }
}
