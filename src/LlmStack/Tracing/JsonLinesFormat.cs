using System.Text.Encodings.Web;
using System.Text.Json;
using LlmStack.Catalog;
using Microsoft.Extensions.AI;

namespace LlmStack.Tracing;

/// <summary>Spans and scores as one JSON object each, complete enough to be sent again later under the same ids.</summary>
internal static class JsonLinesFormat
{
    public static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(Utf8JsonWriter writer, in SpanData span)
    {
        SpanRecord record = span.Record;
        writer.WriteStartObject();
        writer.WriteString("kind", "span");
        WriteIdentity(writer, record);
        String(writer, "status_message", record.StatusMessage);
        WriteCall(writer, record);
        WriteUsage(writer, record);
        WriteContext(writer, record.Context);
        if (record.Metadata is { Count: > 0 } metadata)
        {
            writer.WriteStartObject("metadata");
            foreach (KeyValuePair<string, string> pair in metadata)
            {
                writer.WriteString(pair.Key, pair.Value);
            }

            writer.WriteEndObject();
        }

        Json(writer, "input", record.InputJson);
        Json(writer, "output", record.OutputJson);
        writer.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter writer, in ScoreData score)
    {
        writer.WriteStartObject();
        writer.WriteString("kind", "score");
        String(writer, "id", score.Id);
        writer.WriteString("name", score.Name);
        writer.WriteString("data_type", ObservationTypes.NameOf(score.DataType));
        if (score.DataType is ScoreDataType.Numeric or ScoreDataType.Boolean)
        {
            writer.WriteNumber("value", score.Value);
        }
        else
        {
            writer.WriteString("value", score.StringValue);
        }

        String(writer, "trace_id", score.TraceId?.ToString());
        String(writer, "observation_id", score.ObservationId?.ToString());
        String(writer, "session_id", score.SessionId);
        String(writer, "dataset_run_id", score.DatasetRunId);
        String(writer, "config_id", score.ConfigId);
        String(writer, "project", score.Project);
        String(writer, "comment", score.Comment);
        writer.WriteString("timestamp", score.Timestamp);
        writer.WriteEndObject();
    }

    private static void WriteIdentity(Utf8JsonWriter writer, SpanRecord record)
    {
        writer.WriteString("trace_id", record.TraceId.ToString());
        writer.WriteString("span_id", record.SpanId.ToString());
        if (!record.ParentSpanId.IsEmpty)
        {
            writer.WriteString("parent_span_id", record.ParentSpanId.ToString());
        }

        if (record.IsAppRoot)
        {
            writer.WriteBoolean("app_root", true);
        }

        writer.WriteString("name", record.Name);
        writer.WriteString("type", ObservationTypes.NameOf(record.Type));
        writer.WriteNumber("start_unix_nano", record.StartUnixNanos);
        writer.WriteNumber("end_unix_nano", record.EndUnixNanos);
        if (record.FirstTokenUnixNanos != 0)
        {
            writer.WriteNumber("first_token_unix_nano", record.FirstTokenUnixNanos);
        }

        writer.WriteString("level", ObservationTypes.NameOf(record.Level));
    }

    private static void WriteCall(Utf8JsonWriter writer, SpanRecord record)
    {
        String(writer, "operation", record.Operation);
        String(writer, "provider", record.ProviderName);
        String(writer, "deployment", record.Deployment?.Id);
        String(writer, "model", record.Model);
        String(writer, "response_model", record.ResponseModel);
        String(writer, "response_id", record.ResponseId);
        String(writer, "finish_reason", record.FinishReason);
        String(writer, "error_type", record.ErrorKind is { } kind ? ErrorKindTraits.NameOf(kind) : record.ErrorType);
        if (record.Streaming)
        {
            writer.WriteBoolean("streaming", true);
        }
    }

    private static void WriteUsage(Utf8JsonWriter writer, SpanRecord record)
    {
        if (record.Usage is not { } usage)
        {
            return;
        }

        // Disjoint buckets: adding them up gives the total.
        UsageBuckets buckets = UsageBuckets.From(usage);
        writer.WriteStartObject("usage");
        for (UsageBucket bucket = 0; bucket < UsageBucket.Requests; bucket++)
        {
            if (buckets[bucket] > 0 || bucket is UsageBucket.Input or UsageBucket.Output)
            {
                writer.WriteNumber(UsageBucketNames.NameOf(bucket), buckets[bucket]);
            }
        }

        writer.WriteNumber("total", buckets.Total);
        writer.WriteEndObject();
        if (CostCalculator.TryCompute(record.Deployment?.Price, usage, record.Billing, out CostAmounts cost))
        {
            writer.WriteNumber("cost_usd", cost.Total);
        }
    }

    private static void WriteContext(Utf8JsonWriter writer, LlmContext context)
    {
        writer.WriteStartObject("trace");
        String(writer, "name", context.TraceName);
        String(writer, "user_id", context.UserId);
        String(writer, "team", context.Team);
        String(writer, "project", context.Project);
        String(writer, "key", context.Key);
        String(writer, "session_id", context.SessionId);
        String(writer, "feature", context.Feature);
        String(writer, "route", context.Route);
        String(writer, "experiment", context.Experiment);
        String(writer, "prompt_variant", context.PromptVariant);
        String(writer, "surface", context.Surface);
        String(writer, "query_type", context.QueryType);
        String(writer, "ranking_pipeline", context.RankingPipeline);
        String(writer, "version", context.Version);
        if (!context.Tags.IsDefaultOrEmpty)
        {
            writer.WriteStartArray("tags");
            foreach (string tag in context.Tags)
            {
                writer.WriteStringValue(tag);
            }

            writer.WriteEndArray();
        }

        if (context.Metadata.Count > 0)
        {
            writer.WriteStartObject("metadata");
            foreach (KeyValuePair<string, string> pair in context.Metadata)
            {
                writer.WriteString(pair.Key, pair.Value);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static void Json(Utf8JsonWriter writer, string name, ReadOnlySpan<byte> utf8Json)
    {
        if (utf8Json.IsEmpty)
        {
            return;
        }

        writer.WritePropertyName(name);
        try
        {
            // Parsed again, because a provider may send JSON over several lines, and a line of the file must be one object.
            var reader = new Utf8JsonReader(utf8Json);
            JsonElement.ParseValue(ref reader).WriteTo(writer);
        }
        catch (JsonException)
        {
            writer.WriteStringValue(System.Text.Encoding.UTF8.GetString(utf8Json));
        }
    }

    private static void String(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
        {
            writer.WriteString(name, value);
        }
    }
}
