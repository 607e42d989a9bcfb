using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text.Json;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI;

/// <summary>Reads embeddings, base64 or numbers, straight into the vectors, ordered by their index.</summary>
internal static class EmbeddingResponseReader
{
    public static GeneratedEmbeddings<Embedding<float>> Read(PooledBuffer body, int count, ProviderHttp http, ProviderCall call)
    {
        BodyCheck.ThrowIfNoJson(body.WrittenSpan.Trim(" \t\r\n\0"u8), http, call);
        var vectors = new float[]?[count];
        string? model = null;
        UsageDetails? usage = null;
        decimal? cost = null;
        bool hasData = false;
        bool hasError = false;
        int found = 0;
        try
        {
            ReadOnlySpan<byte> json = body.WrittenSpan;
            var reader = new WireReader(json);
            bool isObject = reader.Read() && reader.TokenType == JsonTokenType.StartObject;
            while (isObject && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("data"u8))
                {
                    reader.Read();
                    hasData = reader.TokenType == JsonTokenType.StartArray;
                    found = ReadData(ref reader, vectors, http, call);
                }
                else if (reader.ValueTextEquals("model"u8))
                {
                    reader.Read();
                    model = JsonText.GetString(ref reader, call.Model);
                    reader.Skip();
                }
                else if (reader.ValueTextEquals("usage"u8))
                {
                    reader.Read();
                    usage = UsageReader.Read(ref reader, ref cost);
                }
                else
                {
                    bool error = reader.ValueTextEquals("error"u8);
                    reader.Read();
                    hasError |= error && reader.TokenType is JsonTokenType.StartObject or JsonTokenType.String;
                    reader.Skip();
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw ErrorFactory.Invalid(http.Name, call.Report, "sent a body that is no valid JSON.", e);
        }

        if (hasError || !hasData)
        {
            throw BodyCheck.ErrorOf(body.WrittenMemory, hasError, "data", http, call);
        }

        if (found != count)
        {
            throw ErrorFactory.Invalid(http.Name, call.Report, $"sent {found} embeddings for {count} inputs.");
        }

        call.Report.ReportedCost = cost ?? call.Report.ReportedCost;
        var result = new GeneratedEmbeddings<Embedding<float>>(count) { Usage = usage };
        for (int i = 0; i < count; i++)
        {
            float[] vector = vectors[i] ?? throw ErrorFactory.Invalid(http.Name, call.Report, $"sent no embedding with index {i}.");
            result.Add(new Embedding<float>(vector) { ModelId = model });
        }

        return result;
    }

    private static int ReadData(ref WireReader reader, float[]?[] vectors, ProviderHttp http, ProviderCall call)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return 0;
        }

        int found = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }

            long index = found;
            float[]? vector = null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("index"u8))
                {
                    reader.Read();
                    index = JsonText.GetCount(ref reader) ?? found;
                    reader.Skip();
                }
                else if (reader.ValueTextEquals("embedding"u8))
                {
                    reader.Read();
                    vector = reader.TokenType == JsonTokenType.String ? FromBase64(ref reader, http, call) : NumberVector.Read(ref reader);
                }
                else
                {
                    reader.Read();
                    reader.Skip();
                }
            }

            found++;
            if (vector is null)
            {
                throw ErrorFactory.Invalid(http.Name, call.Report, $"sent an entry without an embedding (index {index}).");
            }

            if (index < vectors.Length)
            {
                vectors[index] = vector;
            }
        }

        return found;
    }

    private static float[] FromBase64(ref WireReader reader, ProviderHttp http, ProviderCall call)
    {
        ReadOnlySpan<byte> text = reader.ValueSpan;
        byte[]? unescaped = null;
        if (reader.ValueIsEscaped)
        {
            // Only a "\/" can be escaped in base64.
            unescaped = ArrayPool<byte>.Shared.Rent(text.Length);
            text = unescaped.AsSpan(0, reader.CopyString(unescaped));
        }

        text = text.TrimEnd((byte)'=');
        int bytes = text.Length / 4 * 3 + (text.Length % 4) switch { 2 => 1, 3 => 2, _ => 0 };
        if (bytes % 4 != 0 || text.Length % 4 == 1)
        {
            throw ErrorFactory.Invalid(http.Name, call.Report, "sent an embedding whose base64 text is no list of 32-bit numbers.");
        }

        var vector = new float[bytes / 4];
        Span<byte> target = MemoryMarshal.AsBytes(vector.AsSpan());
        int whole = text.Length / 4 * 4;
        OperationStatus status = Base64.DecodeFromUtf8(text[..whole], target, out _, out int written);
        if (status == OperationStatus.Done && text.Length > whole)
        {
            Span<byte> last = [(byte)'=', (byte)'=', (byte)'=', (byte)'='];
            text[whole..].CopyTo(last);
            status = Base64.DecodeFromUtf8(last, target[written..], out _, out int more);
            written += more;
        }

        if (unescaped is not null)
        {
            ArrayPool<byte>.Shared.Return(unescaped);
        }

        if (status != OperationStatus.Done || written != bytes)
        {
            throw ErrorFactory.Invalid(http.Name, call.Report, "sent an embedding that is no valid base64.");
        }

        if (!BitConverter.IsLittleEndian)
        {
            Span<int> words = MemoryMarshal.Cast<float, int>(vector.AsSpan());
            BinaryPrimitives.ReverseEndianness(words, words);
        }

        return vector;
    }
}
