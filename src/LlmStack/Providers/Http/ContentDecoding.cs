using System.IO.Compression;

namespace LlmStack.Providers.Http;

/// <summary>Takes off the encodings that the handler chain left on. The streams give bytes as soon as they have any.</summary>
internal static class ContentDecoding
{
    public static Stream Wrap(Stream stream, HttpContent content, string provider, AttemptReport report)
    {
        ICollection<string> encodings = content.Headers.ContentEncoding;
        if (encodings.Count == 0)
        {
            return stream;
        }

        string[] names = [.. encodings];
        for (int i = names.Length - 1; i >= 0; i--)
        {
            stream = names[i].ToLowerInvariant() switch
            {
                "identity" => stream,
                "gzip" or "x-gzip" => new GZipStream(stream, CompressionMode.Decompress),
                "deflate" => new ZLibStream(stream, CompressionMode.Decompress),
                "br" => new BrotliStream(stream, CompressionMode.Decompress),
                _ => throw ErrorFactory.Invalid(provider, report, $"used the content encoding '{ErrorFactory.Clean(names[i], null)}'; known are gzip, deflate and br."),
            };
        }

        return stream;
    }
}
