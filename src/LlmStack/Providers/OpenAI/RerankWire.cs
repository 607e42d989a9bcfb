using System.Text.Json;
using LlmStack.Catalog;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI;

/// <summary>The bodies of a rerank call.</summary>
internal static class RerankWire
{
    /// <param name="call">The attempt.</param>
    /// <param name="query">The query.</param>
    /// <param name="documents">The documents.</param>
    /// <param name="options">The caller's options.</param>
    /// <param name="fields">What the service calls its fields.</param>
    public static PooledBuffer Write(ProviderCall call, string query, IReadOnlyList<string> documents, RerankOptions? options, in RerankFields fields)
    {
        PooledBuffer body = JsonBody.Write((call.Model, query, documents, options, fields), static (writer, s) => WriteFields(writer, s.Model, s.query, s.documents, s.options, s.fields), out int inputEnd);
        if (call.Capture is { IsEnabled: true, HasInput: false })
        {
            ref byte comma = ref body.Bytes[inputEnd];
            byte kept = comma;
            comma = (byte)'}';
            call.Capture.SetInput(body.WrittenSpan[..(inputEnd + 1)]);
            comma = kept;
        }

        return body;
    }

    public static RerankResponse Read(PooledBuffer body, int documents, int? top, ProviderHttp http, ProviderCall call)
    {
        BodyCheck.ThrowIfNoJson(body.WrittenSpan.Trim(" \t\r\n\0"u8), http, call);
        var results = new List<RerankResult>(documents);
        string? id = null, model = null;
        UsageDetails? usage = null;
        decimal? cost = null;
        bool hasError = false;
        Range captured = default;
        try
        {
            var reader = new WireReader(body.WrittenSpan);
            bool any = reader.Read();
            bool isObject = any && reader.TokenType == JsonTokenType.StartObject;
            if (any && !isObject)
            {
                // text-embeddings-inference answers with the bare list.
                captured = ReadResults(ref reader, results);
            }

            while (isObject && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("results"u8) || reader.ValueTextEquals("data"u8))
                {
                    reader.Read();
                    captured = ReadResults(ref reader, results);
                }
                else if (reader.ValueTextEquals("id"u8))
                {
                    reader.Read();
                    id = JsonText.GetString(ref reader);
                    reader.Skip();
                }
                else if (reader.ValueTextEquals("model"u8))
                {
                    reader.Read();
                    model = JsonText.GetString(ref reader, call.Model);
                    reader.Skip();
                }
                else if (reader.ValueTextEquals("meta"u8))
                {
                    reader.Read();
                    usage = UsageOf(BilledUnits.Read(ref reader)) ?? usage;
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
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw ErrorFactory.Invalid(http.Name, call.Report, "sent a body that is no valid JSON.", e);
        }

        if (hasError || captured.Equals(default))
        {
            throw BodyCheck.ErrorOf(body.WrittenMemory, hasError, "results", http, call);
        }

        for (int i = 0; i < results.Count; i++)
        {
            if (results[i].Index < 0 || results[i].Index >= documents || double.IsNaN(results[i].Score))
            {
                throw ErrorFactory.Invalid(http.Name, call.Report, $"sent a rerank result without a usable index or score (entry {i} of {results.Count}, for {documents} documents).");
            }
        }

        if (call.Capture.IsEnabled)
        {
            call.Capture.SetOutput(body.WrittenSpan[captured]);
        }

        call.Report.ReportedCost = cost ?? call.Report.ReportedCost;
        results.Sort(static (one, other) => other.Score != one.Score ? other.Score.CompareTo(one.Score) : one.Index.CompareTo(other.Index));
        if (top is { } most && results.Count > most)
        {
            // llama.cpp and others ignore top_n.
            results.RemoveRange(most, results.Count - most);
        }

        return new RerankResponse(results) { ResponseId = id, ModelId = model, Usage = usage };
    }

    /// <summary>Cohere bills searches, and tokens only of some models.</summary>
    private static UsageDetails? UsageOf(in BilledUnits units)
    {
        if (units is { SearchUnits: null, InputTokens: null })
        {
            return null;
        }

        var usage = new UsageDetails { InputTokenCount = units.InputTokens, TotalTokenCount = units.InputTokens };
        if (units.SearchUnits is { } searches)
        {
            usage.AdditionalCounts = new() { [UsageKeys.SearchUnits] = searches };
        }

        return usage;
    }

    private static Range ReadResults(ref WireReader reader, List<RerankResult> results)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return default;
        }

        int start = reader.TokenStartIndex;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }

            long index = -1;
            double score = double.NaN;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                bool isIndex = reader.ValueTextEquals("index"u8);
                bool isScore = reader.ValueTextEquals("relevance_score"u8) || reader.ValueTextEquals("score"u8);
                reader.Read();
                if (isIndex)
                {
                    index = JsonText.GetCount(ref reader) ?? -1;
                }
                else if (isScore)
                {
                    score = JsonText.GetNumber(ref reader) ?? double.NaN;
                }

                reader.Skip();
            }

            results.Add(new RerankResult((int)Math.Clamp(index, -1, int.MaxValue), score));
        }

        return start..reader.BytesConsumed;
    }

    private static int WriteFields(Utf8JsonWriter writer, string model, string query, IReadOnlyList<string> documents, RerankOptions? options, RerankFields fields)
    {
        writer.WriteString("query"u8, query);
        writer.WriteStartArray("documents"u8);
        for (int i = 0; i < documents.Count; i++)
        {
            writer.WriteStringValue(documents[i]);
        }

        writer.WriteEndArray();
        int inputEnd = JsonBody.Position(writer);
        if (!fields.ModelInPath)
        {
            writer.WriteString("model"u8, model);
        }

        if (options?.TopN is { } top)
        {
            writer.WriteNumber(fields.Top, top);
        }

        if (fields.ApiVersion is { } version && !ExtraFields.Has(options?.AdditionalProperties, "api_version"))
        {
            writer.WriteNumber("api_version"u8, version);
        }

        ExtraFields.Write(writer, options?.AdditionalProperties, options, static (o, key) => key is "query" or "documents" or "model" || (key is "top_n" or "top_k" && o!.TopN is not null), static (_, _) => false);
        return inputEnd;
    }
}
